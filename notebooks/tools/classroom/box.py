"""The box that a worker runs in: bubblewrap, with nothing of the teacher's in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import lcutils
from classroom import nest

_PACKAGE = Path(lcutils.__file__).resolve().parent
_HERE = Path(__file__).resolve().parent
# What the worker needs of this folder, and of the package all but the answers.
_MODULES = ("__init__", "wire", "expressions", "answers", "filter", "nest", "worker")
_HIDDEN = ("exercises",)
_VARIABLES = {
    "HOME": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "LANG": "C.UTF-8",
    "LC_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "OMP_NUM_THREADS": "1",
    "PATH": "/usr/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "/lc",
}


class RefusedError(Exception):
    """There can be no box here; the message says why, and what to do."""


def require() -> None:
    """Refuse where no box can be made, before the first hand-in.

    Raises: RefusedError with the cure.
    """
    _require_no_root()
    if not shutil.which("bwrap"):
        raise RefusedError(
            "Hand-ins run in a box, and bubblewrap, which makes it, is not here. "
            "On Debian or Ubuntu: sudo apt install bubblewrap. On Windows: in WSL2."
        )
    tried = subprocess.run([*_box(), "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        said = (tried.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise RefusedError(
            f"bubblewrap cannot make a box here ({said}). In a container or a pod: run this on "
            "the machine itself. On Ubuntu 24.04 or newer: "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )


def _require_no_root() -> None:
    if os.geteuid() == 0:
        raise RefusedError(
            "Not as root: in a box, too, it owns the files of the machine. "
            "Run this as an ordinary user."
        )


def command(fd: int) -> list[str]:
    """The command that starts workers in a box; `fd` is their end of the socket."""
    _require_no_root()
    return [*_box(), sys.executable, "-P", "-m", "classroom.worker", str(fd)]


def _box() -> list[str]:
    """bwrap and its options, which it follows one after the other."""
    args = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    args += ["--cap-drop", "ALL", "--hostname", "worker", "--uid", "65534", "--gid", "65534"]
    args += ["--size", str(nest.TMP), "--tmpfs", "/tmp"]  # first: Python may lie below it
    for place in ("/usr", "/lib", "/lib64", "/bin"):
        if Path(place).is_symlink():
            args += ["--symlink", str(Path(place).readlink()), place]
        elif Path(place).is_dir():
            args += ["--ro-bind", place, place]
    for place in ("/etc/ld.so.cache", "/etc/fonts"):
        args += ["--ro-bind-try", place, place]
    for place in dict.fromkeys([sys.base_prefix, sys.prefix]):
        if not Path(place).is_relative_to("/usr"):
            args += ["--ro-bind", place, place]
    args += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    args += ["--size", str(nest.SHARED), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    for entry in sorted(_PACKAGE.iterdir()):
        if entry.name not in _HIDDEN:
            args += ["--ro-bind", str(entry), f"/lc/lcutils/{entry.name}"]
    for name in _MODULES:
        args += ["--ro-bind", str(_HERE / f"{name}.py"), f"/lc/classroom/{name}.py"]
    for installed in _installed():
        args += ["--tmpfs", str(installed)]
    args += ["--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in _VARIABLES.items():
        args += ["--setenv", name, value]
    return args


def _installed() -> list[Path]:
    """Where this environment has a copy of the package of its own, answers and all."""
    found = Path(sys.prefix).glob("lib*/python*/site-packages/lcutils")
    return [place for place in found if place.is_dir()]
