"""A folder that keeps what takes many seconds to read, so that it is read once a machine.

A file is a SHA-256 in hexadecimal digits, a line's end, and JSON; the hash is that of the key and
the JSON. So a file that is cut off, edited or made from anything else is not taken for the result.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lcutils._files import write_whole

Prose = dict[str, list[str]]


def remember(name: str, key: str, read: Callable[[], Prose]) -> Prose:
    """What `read()` returns, from the cache if it was read there before under the same key.

    Args:
        name: of the file; a new key takes an old one's place, so that the folder does not grow
        key: everything that determines the result
        read: reads it from its sources
    """
    with contextlib.suppress(OSError):  # there is no such file, or it is not ours to read
        digest, _, kept = (_folder() / f"{name}.json").read_bytes().partition(b"\n")
        if digest == _digest(key, kept):
            found: Prose = json.loads(kept)
            return found
    found = read()
    content = json.dumps(found).encode()
    with contextlib.suppress(OSError):  # a folder that cannot be written only costs time
        write_whole(_folder() / f"{name}.json", _digest(key, content) + b"\n" + content)
    return found


def _digest(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + content).hexdigest().encode()


def _folder() -> Path:
    if chosen := os.environ.get("LC_CACHE"):
        return Path(chosen)
    users = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    try:
        return (Path(users) if users else Path.home() / ".cache") / "lcutils"
    except RuntimeError as error:  # a container's user may have no home
        raise FileNotFoundError("no folder for a cache") from error
