"""What can go wrong, by who has to act."""

import re

import duckdb

BROKEN_JSON = re.compile(r"Malformed JSON in file .*, at byte \d+ in record/value (\d+): (.*)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What a drop may smuggle into a message: names of its columns, of its codec."""
ENGINE_WORDS = {
    "trailing data": "the file goes on after its list of records",
    "invalid state": "the lines of the CSV file end in different ways; write one kind of line end",
    "maximum_object_size": "a JSON record is larger than the loader takes, which is 64 MiB",
}
"""What the engine says of a file, by a part of its own words."""
TEMPORARY_FILE = re.compile(r' (?:in )?file "[^"]*"')


class UsageError(Exception):
    """What was asked for can't be done; the message says what to ask for instead."""


class DropError(Exception):
    """A drop can't be loaded; the message says why."""


class SourceError(Exception):
    """A source can't be reached, or doesn't let us in; the message says what to do."""


class TransportError(Exception):
    """A transfer broke off; the same again may succeed."""


class WarehouseError(Exception):
    """The warehouse can't be opened or isn't what it should be."""


def in_words(error: Exception) -> str:
    """Why a drop failed, as the ledger keeps it: one line, no name of a temporary file."""
    if isinstance(error, DropError | SourceError | WarehouseError):
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], str(error))
    line = (str(error).splitlines() or [""])[0]
    if not isinstance(error, duckdb.Error):
        return f"{type(error).__name__}: {line}"
    if broken := BROKEN_JSON.search(line):
        number, reason = broken.groups()
        return f"the JSON is broken near record {number}: {reason.strip(' .')}"
    for sign, words in ENGINE_WORDS.items():
        if sign in line:
            return words
    return TEMPORARY_FILE.sub("", line)
