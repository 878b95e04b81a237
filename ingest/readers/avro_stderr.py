"""Keeps the panic of a native library, a page of its insides, off the operator's terminal."""

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
PANIC = re.compile(rb"\n*thread '[^\n]* panicked at ")
LOCK = threading.Lock()


@contextmanager
def held_stderr() -> Iterator[None]:
    """Hold back what is written to standard error inside, and let it go, up to a panic, after.

    The panic itself arrives as an exception; Rust prints it first, and there is no switch for that.
    """
    with LOCK, tempfile.TemporaryFile() as held:
        try:
            own = os.dup(STDERR)
        except OSError:  # it is closed: nothing can show
            yield
            return
        os.dup2(held.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(own, STDERR)
            os.close(own)
            held.seek(0)
            if text := PANIC.split(held.read(), maxsplit=1)[0]:
                os.write(STDERR, text)
