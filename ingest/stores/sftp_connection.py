"""One SSH connection for all transfers of a store, made anew when it is lost."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from concurrent.futures import wait
from contextlib import asynccontextmanager, contextmanager, suppress
from threading import Event, Thread
from typing import Any, TypeVar

import asyncssh

from ingest.errors import DropError, SourceError, TransportError
from ingest.settings import Settings
from ingest.stores.sftp_hosts import HostKeys, other_key, read_known_hosts, untrusted
from ingest.stores.urls import Location

Result = TypeVar("Result")
KEEPALIVES = 3
"""Questions without an answer, within the time that a server may be silent, that end a
connection on which nobody waits for bytes."""
LOST = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.SFTPBadMessage,
    ConnectionError,
    TimeoutError,
)
STOP_SECONDS = 0.2
"""How often a transfer is asked whether it shall end."""
PASSWORD_FIRST = "password,keyboard-interactive,publickey"  # noqa: S105 - ways to log in
"""A server may end the connection after a few keys that it doesn't know."""
REFUSALS = (asyncssh.PermissionDenied, asyncssh.IllegalUserName)
TOO_MANY_KEYS = "Too many authentication failures"
"""OpenSSH's words; to the protocol it is an error like any other."""
MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


class Connection:
    """Runs SFTP requests in a thread of its own, for callers in any thread."""

    def __init__(self, location: Location, settings: Settings) -> None:
        """Nothing is connected yet."""
        self._location = location
        self._settings = settings
        self._known_hosts = settings.sftp_known_hosts.expanduser()
        self._client: asyncssh.SFTPClient | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._heard_at = 0.0
        self._loop = asyncio.new_event_loop()
        self._connecting = asyncio.Lock()
        self._thread = Thread(target=self._loop.run_forever, name="sftp", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result], stop: Event | None = None) -> Result:
        """What a coroutine returns or raises; TransportError once `stop` is set."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        while stop is not None and not future.done():
            if stop.is_set():
                future.cancel()
                raise TransportError("stopped")
            wait([future], STOP_SECONDS)
        return future.result()

    def close(self) -> None:
        """Disconnect; whoever still waits gets an error."""
        if self._thread.is_alive():
            self.run(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncssh.SFTPClient]:
        """The SFTP session, for requests whose TransportError means a new connection.

        Raise SourceError where the server isn't trusted or doesn't let us in, TransportError where
        it can't be reached or the connection is lost meanwhile.
        """
        async with self._connecting:
            if self._client is None:
                self.drop()
                self._client = await self._connect()
            client = self._client
        try:
            yield client
        except LOST as error:
            if self._client is client:
                self.drop()
            raise TransportError(f"the connection was lost ({brief(error)})") from error

    async def answer(self, request: Awaitable[Result]) -> Result:
        """What the server answers; TransportError when it has said nothing for too long.

        Any answer counts, also to another request: many share a slow line.
        """
        task, asked_at = asyncio.ensure_future(request), self._loop.time()
        most = self._settings.stall_seconds
        try:
            while not task.done():
                silent = self._loop.time() - max(self._heard_at, asked_at)
                if silent >= most:
                    self.drop()
                    raise TransportError(f"the server has been silent for {most:g} seconds")
                await asyncio.wait({task}, timeout=most - silent)
            self.heard()
            return task.result()
        finally:
            task.cancel()

    def heard(self) -> None:
        """The server is alive."""
        self._heard_at = self._loop.time()

    def drop(self) -> None:
        """Give the connection up; the next request makes a new one."""
        if self._connection is not None:
            self._connection.abort()
        self._client = self._connection = None

    async def _connect(self) -> asyncssh.SFTPClient:
        hosts, keys = read_known_hosts(self._known_hosts), HostKeys()
        try:
            self._connection = await asyncssh.connect(
                self._location.host,
                known_hosts=hosts,
                client_factory=lambda: keys,
                **self._options(),
            )
            starting = self._connection.start_sftp_client(path_errors="surrogateescape")
            return await self.answer(starting)
        except (asyncssh.ChannelOpenError, asyncssh.SFTPError) as error:
            self.drop()
            raise TransportError(f"the server starts no SFTP session: {error.reason}") from error
        except (asyncssh.DisconnectError, OSError) as error:
            raise await self._unreachable(error, hosts, keys) from error
        except (ValueError, RecursionError) as error:
            raise self._unusable(error) from None  # it may quote a part of the password

    async def _unreachable(
        self, error: Exception, hosts: asyncssh.SSHKnownHosts, keys: HostKeys
    ) -> SourceError | TransportError:
        """Why there is no connection; what may pass is a TransportError."""
        location, path = self._location, self._known_hosts
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return untrusted(location, path, hosts, keys)
        if isinstance(error, REFUSALS) or TOO_MANY_KEYS in str(error):
            why = "" if isinstance(error, asyncssh.PermissionDenied) else f" ({brief(error)})"
            reason = f"the server doesn't let us in{why}: {self._tried()}"
            return SourceError(f"{location.server}: {reason}")
        if isinstance(error, socket.gaierror):
            return TransportError(f"there is no host {location.host}")
        if filename := getattr(error, "filename", None):
            return SourceError(f"{filename} can't be read: {brief(error)}")
        is_ended = isinstance(error, asyncssh.DisconnectError)
        if is_ended and (other := await other_key(location, hosts)):
            return untrusted(location, path, hosts, other)
        return TransportError(f"{location.server} can't be reached ({brief(error)})")

    def _unusable(self, error: Exception) -> SourceError:
        """Why there can be no connection: keys and settings of this machine."""
        if isinstance(error, asyncssh.KeyImportError | asyncssh.KeyEncryptionError):
            return SourceError(
                f"{self._settings.sftp_key or 'a key in ~/.ssh'}: the private key can't be read; "
                "it is none, or AUDIENCE_VAULT_SFTP_KEY_PASSPHRASE doesn't open it"
            )
        reason = f"its user or ~/.ssh/config can't be used: {error}"
        if isinstance(error, UnicodeError):
            reason = (
                "the host, the user, the password or ~/.ssh/config has characters that SSH can't "
                "send"
            )
        return SourceError(f"{self._location.server}: {reason}")

    def _options(self) -> dict[str, Any]:
        """How to log in; what isn't set is left to ssh's own ways: ~/.ssh/config, agent, keys."""
        settings, location = self._settings, self._location
        if settings.sftp_key and not settings.sftp_key.expanduser().is_file():
            raise SourceError(f"AUDIENCE_VAULT_SFTP_KEY is {settings.sftp_key}; it isn't there")
        takes_password = settings.sftp_password is not None and settings.sftp_key is None
        options = {
            "port": location.port,
            "username": location.user,
            "password": settings.sftp_password,
            "client_keys": [str(settings.sftp_key.expanduser())] if settings.sftp_key else None,
            "passphrase": settings.sftp_key_passphrase,
            "agent_path": "" if settings.sftp_key else None,
            "preferred_auth": PASSWORD_FIRST if takes_password else None,
            "connect_timeout": settings.stall_seconds,
            "login_timeout": settings.stall_seconds,
            "keepalive_interval": settings.stall_seconds / KEEPALIVES,
            "keepalive_count_max": KEEPALIVES,
        }
        return {name: value for name, value in options.items() if value is not None}

    def _tried(self) -> str:
        ways = [f"the key {self._settings.sftp_key}" if self._settings.sftp_key else "agent, keys"]
        ways += ["a password"] if self._settings.sftp_password else []
        return (
            f"tried {' and '.join(ways)}; set AUDIENCE_VAULT_SFTP_KEY or "
            "AUDIENCE_VAULT_SFTP_PASSWORD, and the user in the URL"
        )

    async def _end(self) -> None:
        connection = self._connection
        self.drop()
        if connection is not None:
            with suppress(asyncssh.Error, OSError):
                await connection.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def about_drop() -> Iterator[None]:
    """What the server says of one file, as DropError; what may pass, as TransportError."""
    try:
        yield
    except LOST:
        raise
    except MISSING as error:
        raise DropError("the file is gone since it was listed") from error
    except asyncssh.SFTPPermissionDenied as error:
        raise DropError("the server doesn't let this user read it") from error
    except asyncssh.SFTPError as error:
        raise TransportError(f"the server says: {brief(error)}") from error


@contextmanager
def about_source(name: str) -> Iterator[None]:
    """What the server says of the source, as SourceError; what may pass, as TransportError."""
    try:
        yield
    except LOST:
        raise
    except (*MISSING, asyncssh.SFTPPermissionDenied, asyncssh.SFTPOpUnsupported) as error:
        raise SourceError(f"{name}: the server says: {brief(error)}") from error
    except asyncssh.SFTPError as error:
        raise TransportError(f"the server says: {brief(error)}") from error


def brief(error: Exception) -> str:
    """The server's own words, if there are any."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(reason or type(error).__name__)[:200]
