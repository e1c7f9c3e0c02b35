"""System calls that only administrators and attackers make, with harmless arguments: do they work?"""

from __future__ import annotations

import ctypes
import errno

from rnn_course.grading.sandbox.seccomp import CLONE, REFUSED
from rnn_course.grading.sandbox.system_calls import architecture

USER_NAMESPACE = 0x10000000
CALLS = {**REFUSED, "clone": CLONE}

# Arguments that a kernel which allows the call would take; others get zeros, which it finds fault with.
ARGUMENTS: dict[str, tuple[int, ...]] = {
    "unshare": (USER_NAMESPACE,),
    "personality": (0xFFFFFFFF,),
    "io_uring_setup": (0, 0),
    "userfaultfd": (1,),
    "syslog": (10,),  # the size of the kernel's log
    "shmget": (0, 4096, 0o1600),
    "msgget": (0, 0o1600),
    "semget": (0, 1, 0o1600),
    "clone": (USER_NAMESPACE | 17, 0, 0, 0, 0),
}
# Refused by the filter, not by a kernel that looked at the arguments first.
NOT_DONE = (errno.EPERM, errno.ENOSYS, errno.EACCES)
DANGEROUS = ("reboot", "vhangup", "kexec_load", "swapoff", "acct", "set_mempolicy", "iopl")


def try_call(name: str, numbers: tuple[int, int]) -> bool:
    """Whether the kernel does the call, or would with better arguments."""
    number = numbers[architecture()]
    if number < 0 or name in DANGEROUS:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_long(value) for value in ARGUMENTS.get(name, (0, 0, 0, 0, 0))]
    result = library.syscall(ctypes.c_long(number), *arguments)
    return bool(result >= 0 or ctypes.get_errno() not in NOT_DONE)
