"""A filter of system calls: no new process, no socket, none of the rarely used doors."""

from __future__ import annotations

import ctypes
import errno

_REFUSED = "fork vfork execve execveat ptrace unshare setns mount umount2 pivot_root chroot keyctl"
_REFUSED += " add_key request_key bpf perf_event_open userfaultfd io_uring_setup socket personality"
_REFUSED += " process_vm_readv process_vm_writev memfd_create kexec_load init_module finit_module"
_REFUSED += " open_by_handle_at open_tree move_mount fsopen fsmount mount_setattr kcmp"
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_FOR_ALL_THREADS = 4
_CLONE_THREAD, _MASKED_EQUAL = 0x10000, 7


class _Argument(ctypes.Structure):
    """libseccomp's scmp_arg_cmp: a condition on one argument of a call."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


def install() -> None:
    """Set the filter for this process; nothing takes it off again. Raises: OSError."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(_ALLOW))

    def refuse(name: str, error: int, *conditions: _Argument) -> None:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number == -1:  # a call that this libseccomp does not know
            return
        listed = (_Argument * len(conditions))(*conditions)
        _require(library.seccomp_rule_add_array(rules, _ERROR | error, number, len(listed), listed))

    _require(library.seccomp_attr_set(rules, _FOR_ALL_THREADS, 1))
    for name in _REFUSED.split():
        refuse(name, errno.EPERM)
    # a thread may be made; clone3 keeps its flags where no filter sees them, and libc does without
    refuse("clone", errno.EPERM, _Argument(0, _MASKED_EQUAL, _CLONE_THREAD, 0))
    refuse("clone3", errno.ENOSYS)
    _require(library.seccomp_load(rules))
    library.seccomp_release(rules)


def _require(result: int) -> None:
    if result:
        raise OSError(-result, "the filter of system calls could not be set")
