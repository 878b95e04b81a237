"""Connecting to PostgreSQL without letting the password into a message."""

import os
import re
import socket

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from ingest.errors import WarehouseError
from ingest.libpq import refuse_malformed

SERVER_SAYS = re.compile(r"(?:ERROR|FATAL):\s+(.*)")
ABOUT_THE_SERVER = re.compile(
    r"Failed to connect: (connection to server .*|could not translate .*)"
)
MAX_NAME_BYTES = 63
SESSION = (
    "set statement_timeout = 0",
    "set lock_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
    # A loader whose machine vanished frees its lock after two minutes, not two hours.
    "set tcp_keepalives_idle = 60",
    "set tcp_keepalives_interval = 10",
    "set tcp_keepalives_count = 6",
)


def connect(dsn: str) -> dbapi.Connection:
    """A connection that commits each statement until `begin`; raise WarehouseError or UsageError.

    `dsn` is a postgresql:// URL or key=value pairs, as libpq takes them.
    """
    refuse_malformed(dsn)
    try:
        connection = dbapi.connect(dsn, autocommit=True)
    except dbapi.Error as error:
        raise WarehouseError(f"PostgreSQL can't be reached: {_why_not(error)}") from None
    # Those who wait for a loader's lock are told this name.
    name = f"process {os.getpid()} on {socket.gethostname()}"[:MAX_NAME_BYTES]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('application_name', $1, false)", [name])
        for statement in SESSION:
            cursor.execute(statement)
        cursor.execute("select current_setting('server_encoding')")
        ((encoding,),) = cursor.fetchall()
    if encoding != "UTF8":
        connection.close()
        raise WarehouseError(f"the PostgreSQL database keeps text as {encoding}; make one in UTF8")
    return connection


def server_error(error: adbc_driver_manager.Error) -> WarehouseError:
    """What the server says, in one line, without the statement and the rows."""
    text = str(error)
    said = SERVER_SAYS.search(text)
    return WarehouseError(f"PostgreSQL: {said[1] if said else text.splitlines()[0]}")


def _why_not(error: adbc_driver_manager.Error) -> str:
    """libpq's reason where it is about the server; anything else may quote the DSN."""
    about = ABOUT_THE_SERVER.search(str(error))
    if about is None:
        return "AUDIENCE_VAULT_POSTGRES isn't a connection string that its client understands"
    return about[1].strip().rstrip(".")
