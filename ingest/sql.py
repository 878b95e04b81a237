"""Quoting: names and texts from contracts and drops never become SQL by accident."""


def identifier(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: tuple[str, ...] | list[str]) -> str:
    """Texts as a list of SQL strings."""
    return ", ".join(literal(text) for text in texts)
