"""The one file that a zip archive delivers."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from ingest.errors import DropError

ENCRYPTED = 0x1
END_BYTES = 22
END = b"PK\x05\x06"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError)
"""What damaged archives raise, depending on where they are."""


def zipped_content(file: BinaryIO, piece_bytes: int) -> Iterator[bytes]:
    """What is in the archive's one file; raise DropError for any other archive, or a damaged one.

    The archive's own folders and names lead nowhere: they are looked at, and nothing is written.
    """
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        raise DropError("the file is cut off or damaged: its zip archive has no end") from error
    with archive:
        _check_end(file, archive)
        entry = _only_file(archive)
        try:
            with archive.open(entry) as content:
                while piece := content.read(piece_bytes):
                    yield piece
        except NotImplementedError as error:
            raise DropError(f"the zip archive can't be unpacked: {error}; use deflate") from error
        except BROKEN as error:
            raise DropError("the file is damaged: what its zip archive holds is broken") from error


def _check_end(file: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Python leaves out what follows the end of an archive."""
    size = file.seek(0, 2)
    file.seek(size - END_BYTES - len(archive.comment))
    if file.read(len(END)) != END:
        raise DropError("the file is damaged: something follows its zip archive")


def _only_file(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = [e for e in archive.infolist() if not e.is_dir() and not _is_of_finder(e.filename)]
    if len(entries) != 1:
        raise DropError(
            f"the zip archive holds {len(entries)} files; deliver each drop as an archive of its "
            "own with one file, or not zipped"
        )
    (entry,) = entries
    if _escapes(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
        raise DropError("the zip archive points out of itself; deliver one with a plain file")
    if entry.flag_bits & ENCRYPTED:
        raise DropError("the zip archive is encrypted; deliver it without a password")
    return entry


def _is_of_finder(name: str) -> bool:
    """macOS adds a second file with what its Finder knows of the first."""
    return PurePosixPath(name).parts[:1] == ("__MACOSX",)


def _escapes(name: str) -> bool:
    paths = PurePosixPath(name), PureWindowsPath(name)
    return any(path.is_absolute() or path.anchor or ".." in path.parts for path in paths)
