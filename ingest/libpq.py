"""What AUDIENCE_VAULT_POSTGRES says, in the words of PostgreSQL's own client library."""

import re

from ingest.errors import UsageError

URL = re.compile(r"postgres(?:ql)?://([^@/?#]*@)?[^@/?#]*(/[^@?#]*)?(\?[^@#]*)?")
PAIRS = re.compile(
    r"""(\s*\w+\s*=\s*('([^'\\]|\\.)*'|([^'\\\s]|\\.)([^\\\s]|\\.)*|(?=\s|$)))+\s*"""
)
USABLE_DATABASE = r"[^'\"%$]+"
SECRETS = ("PGPASSWORD", "PGSSLPASSWORD")
IRREGULAR_NAMES = {
    "dbname": "PGDATABASE",
    "application_name": "PGAPPNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


def refuse_malformed(dsn: str) -> None:
    """Raise UsageError for a DSN that libpq would take apart elsewhere than was meant.

    Its errors quote what they don't understand, which may be a part of the password.
    """
    if "://" in dsn:
        form = URL
        advice = "write special characters of the password as %40 for @, %2F for /, and so on"
    else:
        form = PAIRS
        advice = "write a postgresql:// URL, or key=value pairs with quotes around blanks"
    if not form.fullmatch(dsn):
        raise UsageError(f"AUDIENCE_VAULT_POSTGRES can't be read; {advice}")


def libpq_environment(dsn: str) -> dict[str, str]:
    """The DSN as the variables (PGHOST, PGDATABASE, …) that every client on libpq reads.

    dbt takes no DSN: its profile reads these. Raise UsageError for one that dbt can't use.
    """
    import psycopg2  # noqa: PLC0415 - only where PostgreSQL is the target
    from psycopg2.extensions import parse_dsn  # noqa: PLC0415

    refuse_malformed(dsn)
    try:
        options = parse_dsn(dsn)
    except psycopg2.Error:
        raise UsageError(
            "AUDIENCE_VAULT_POSTGRES isn't a connection string that its client understands"
        ) from None
    if "dbname" not in options:
        raise UsageError(
            "AUDIENCE_VAULT_POSTGRES names no database; write it, as in "
            "postgresql://user@host:5432/database"
        )
    if not re.fullmatch(USABLE_DATABASE, options["dbname"]):
        raise UsageError(
            "AUDIENCE_VAULT_POSTGRES names a database whose name holds a quote, % or $, with "
            "which dbt's statements fail; rename it, or use another"
        )
    if not options.get("port", "5432").isdecimal():  # not quoted: without an @ it is the password
        raise UsageError("AUDIENCE_VAULT_POSTGRES must name one port, as a number, or none")
    return {_variable(option): value for option, value in options.items()}


def _variable(option: str) -> str:
    return IRREGULAR_NAMES.get(option, f"PG{option.replace('_', '').upper()}")
