"""Runs the judge of a class as an ordinary user, whoever runs the tests."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from editions import ROOT

TOOLS = ROOT / "notebooks" / "tools"
_NOBODY = 65534


def as_user(*command: str) -> list[str]:
    """The command, run by `nobody` where we are root; a Python in root's home can be read then."""
    if os.geteuid():
        return list(command)
    python, home, see = Path(sys.base_prefix), Path("~root").expanduser(), list[str]()
    if python.is_relative_to(home):
        see = ["--perms", "0755", "--tmpfs", str(home)]
        for above in reversed(python.relative_to(home).parents[:-1]):
            see += ["--perms", "0755", "--dir", str(home / above)]
        see += ["--ro-bind", str(python), str(python)]
    box = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", *see]
    box += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    ids = ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups", "--inh-caps=-all"]
    return [*box, "setpriv", *ids, *command]


def run_as_user(*command: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a Python command as `as_user` says, with this checkout's package."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        as_user(sys.executable, *command),
        capture_output=True,
        text=True,
        timeout=timeout,
        env=known | {"PYTHONPATH": f"{ROOT}:{TOOLS}", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


@functools.cache
def why_no_box() -> str:
    """Why no hand-in can be judged here; empty if it can."""
    for program in ("bwrap", "setpriv"):
        if not shutil.which(program):
            return f"no {program} here"
    tried = run_as_user("-c", "from classroom import box; box.require()")
    return tried.stderr.strip().rpartition("\n")[2] if tried.returncode else ""


def require_box() -> None:
    """Skip the test where there can be no box; in CI bubblewrap must be there."""
    reason = why_no_box()
    if reason.startswith("no bwrap"):
        assert not os.environ.get("CI"), "No bubblewrap here, and CI runs these tests: install it."
    if reason:
        pytest.skip(reason)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that anybody may write in."""
    with tempfile.TemporaryDirectory(prefix="lc_class_") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


def collected(files: Mapping[str, str | bytes], number: str = "05") -> dict[str, Any]:
    """What `collect.py` says of these files: file -> hand-in."""
    with open_folder() as folder:
        write(files, folder)
        out = collected_into(folder / "out", folder, number)
        made = json.loads((out / f"class_{number}.json").read_text())
    return {hand_in["file"]: hand_in for hand_in in made["hand_ins"]}


def write(files: Mapping[str, str | bytes], folder: Path) -> None:
    """Write what was handed in into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def collected_into(out: Path, given: Path, number: str = "05") -> Path:
    """Run `collect.py` on what was given, and return the folder that it wrote."""
    ran = run_as_user(
        str(TOOLS / "collect.py"), number, str(given), "--out", str(out), timeout=3600
    )
    assert ran.returncode == 0, ran.stderr
    return out


def states(hand_in: dict[str, Any]) -> dict[str, str]:
    """Id -> state."""
    return {row["id"]: row["state"] for row in hand_in["rows"]}
