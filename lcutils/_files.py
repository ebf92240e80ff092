"""Files that are there as a whole or not at all: kept prose, built notebooks, a reader's copies."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others never see half written: it takes its name when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as own:  # on the same disk
        part = Path(own) / path.name
        part.write_bytes(content)
        part.replace(path)
