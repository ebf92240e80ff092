"""Starts one worker after the other from a process in the box that has read all modules once.

What a worker runs is a student's, so each gets namespaces of its own within the box: it sees no
other process, and what it writes is gone when it ends. Where the machine allows no such nest, a
box serves one worker and ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

TMP, SHARED = 64 << 20, 1 << 20  # bytes of /tmp and /dev/shm
_NEW_USER, _NEW_MOUNTS, _NEW_IPC, _NEW_PIDS = 0x10000000, 0x00020000, 0x08000000, 0x20000000
_SET_DUMPABLE = 4
_NO_SUID, _NO_DEVICES, _BIND, _RECURSIVE = 2, 4, 0x1000, 0x4000
_CAPABILITIES = 0x20080522
_NOBODY = 65534

_libc = ctypes.CDLL(None, use_errno=True)


def serve(control: socket.socket, work: Callable[[int], None]) -> None:
    """Run `work` in a process of its own for each socket that comes over `control`.

    Whatever else comes ends the process that runs, and the next socket does so as well.
    """
    _require(_libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0))  # nobody reads or writes this one's memory
    running, is_nested = 0, True
    while True:
        message, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if running:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.kill(running, signal.SIGKILL)
            running = 0
        if not message or (sockets and not is_nested):
            return
        if sockets:
            running, is_nested = _start(control, sockets[0], work)


def _start(control: socket.socket, fd: int, work: Callable[[int], None]) -> tuple[int, bool]:
    """The process that runs `work`, and whether it has a nest."""
    told, tell = os.pipe()
    starter = os.fork()
    if not starter:
        control.close()
        os.close(told)
        _in_a_nest(fd, tell, work)
    os.close(fd)
    os.close(tell)
    with os.fdopen(told) as pipe:
        pid = pipe.read()
    if pid:
        os.waitpid(starter, 0)
    return int(pid or starter), bool(pid)


def _in_a_nest(fd: int, tell: int, work: Callable[[int], None]) -> None:
    """Make a nest, and run `work` in it; never returns."""
    try:
        if _nest():
            if first := os.fork():
                os.write(tell, b"%d" % first)
                return
            os.close(tell)
            if os.fork():  # the first process of a nest: all others end with it
                _require(_libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0))
                os.close(fd)
                os.wait()
                return
        else:
            os.close(tell)
        _drop_powers()
        work(fd)
    finally:
        os._exit(0)


def _nest() -> bool:
    """Namespaces of its own for this process and those that it starts; False if there are none."""
    _require(_libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0))  # else its files in /proc are not its own
    if _libc.unshare(_NEW_USER | _NEW_MOUNTS | _NEW_IPC | _NEW_PIDS):
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        for file in ("uid_map", "gid_map"):
            Path(f"/proc/self/{file}").write_text(f"{_NOBODY} {_NOBODY} 1")
        _renew_tmp()
        _mount("/dev/shm", f"size={SHARED},mode=1777")
    except OSError:
        return False
    os.chdir("/tmp")  # the new one
    return True


def _renew_tmp() -> None:
    """Put an empty /tmp over the one of the box, in which Python may lie: it stays."""
    places = sorted({sys.base_prefix, sys.prefix}, key=len)
    kept = {x: os.open(x, os.O_PATH) for x in places if Path(x).is_relative_to("/tmp")}
    _mount("/tmp", f"size={TMP},mode=0700")
    for place, fd in kept.items():
        Path(place).mkdir(parents=True, exist_ok=True)
        old = f"/proc/self/fd/{fd}".encode()
        _require(_libc.mount(old, place.encode(), None, _BIND | _RECURSIVE, None))
        os.close(fd)


def _mount(place: str, options: str) -> None:
    flags = _NO_SUID | _NO_DEVICES
    _require(_libc.mount(b"tmpfs", place.encode(), b"tmpfs", flags, options.encode()))


def _drop_powers() -> None:
    """In a namespace of users the process that makes it may do all."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    _require(_libc.capset(header, (ctypes.c_uint32 * 6)()))


def _require(result: int) -> None:
    if result:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
