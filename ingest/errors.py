"""What can go wrong, by who has to act."""


class UsageError(Exception):
    """What was asked for can't be done; the message says what to ask for instead."""


class DropError(Exception):
    """A drop can't be loaded; the message says why."""


class WarehouseError(Exception):
    """The warehouse can't be opened or isn't what it should be."""
