"""A filter of system calls, written by hand: what a student's code does not need is refused.

The filter is a classic BPF program over `struct seccomp_data` (call number, architecture, arguments). What it
refuses fails with "Operation not permitted", so that Python says so in an ordinary exception. Calls newer
than the filter do not exist ("Function not implemented"), so that nothing slips in with a newer kernel.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct

from rnn_course.grading.sandbox import system_calls
from rnn_course.grading.sandbox.system_calls import PR_SET_SECCOMP, SECCOMP_MODE_FILTER, architecture, control

AUDIT = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
LOAD, EQUAL, GREATER_EQUAL, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; arguments are 8 bytes each
X32 = 0x40000000  # x86_64's second set of numbers
FIRST_UNKNOWN = 467  # the calls of Linux 6.14 and before are known

# Number on x86_64 and on aarch64; -1 where there is none.
REFUSED = {
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "statmount": (457, 457), "listmount": (458, 458),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "pidfd_getfd": (438, 438),
    "kcmp": (312, 272), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "userfaultfd": (323, 282), "personality": (135, 92),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "syslog": (103, 116),
    "lookup_dcookie": (212, 18), "uselib": (134, -1), "ustat": (136, -1), "sysfs": (139, -1),
    # the machine
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, -1), "ioperm": (173, -1),
    "modify_ldt": (154, -1), "vhangup": (153, 58), "mbind": (237, 235), "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    # files by number, and watching everybody's
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    # memory that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
}  # fmt: skip
# The network; pairs of connected sockets (socketpair) stay.
SOCKET = (41, 198)
CONNECTIONS = ((42, 203), (49, 200), (50, 201), (43, 202), (288, 242))  # connect bind listen accept accept4
CLONE, CLONE3, FORK, VFORK = (56, 220), (435, 435), (57, -1), (58, -1)
PRCTL, IOCTL, SOCKETPAIR = (157, 167), (16, 29), (53, 199)
ON_ITSELF = ((302, 261), (203, 122))  # prlimit64, sched_setaffinity: only with process 0, which is oneself
FCNTL, REFUSED_OWNERS = (72, 25), (8, 15)  # F_SETOWN, F_SETOWN_EX: whom a file sends signals to
# Where files and processes are shared: what Landlock does not see, or did not in its first versions.
REFUSED_IF_SHARED = {
    "chmod": (90, -1), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1), "lchown": (94, -1),
    "fchownat": (260, 54), "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "setxattrat": (463, 463), "removexattrat": (466, 466),
    "truncate": (76, 45), "inotify_add_watch": (254, 27), "setsid": (112, 157), "setpgid": (109, 154),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118),
    "sched_setattr": (314, 274), "ioprio_set": (251, 30),
}  # fmt: skip
TO_ONE_PROCESS = ((62, 129), (234, 131), (129, 138), (297, 240))  # kill, tgkill, rt_[tg]sigqueueinfo
OTHER_SIGNALS = ((200, 130), (424, 424))  # tkill, pidfd_send_signal

CLONE_THREAD = 0x00010000
NEW_NAMESPACES = 0x7E020080  # user, mount, pid, net, ipc, uts, cgroup, time
REFUSED_CONTROLS = (1, 4, 35, 36, 0x59616D61)  # PR_SET_ PDEATHSIG, DUMPABLE, MM, CHILD_SUBREAPER, PTRACER
REFUSED_IOCTLS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into a terminal
AF_UNIX, SOCK_STREAM = 1, 1


@functools.cache
def policy(column: int, shared: bool, may_fork: bool, local_sockets: bool) -> bytes:
    """The filter as the kernel takes it, an array of `struct sock_filter`.

    Args:
        column: of the architecture in the tables of numbers.
        shared: whether the process sees the machine's own files and processes. Then it may not leave its
            session and process group, so that one signal reaches everything that it started, and may not
            change the attributes of files or hamper other processes, with which Landlock has nothing to do.
        may_fork: whether new processes may be made; threads may always.
        local_sockets: whether Unix sockets may be made; no others may.
    """
    eperm, enosys = FAIL | errno.EPERM, FAIL | errno.ENOSYS
    code = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, AUDIT[column]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (GREATER_EQUAL, 0, 1, FIRST_UNKNOWN),
        (RETURN, 0, 0, enosys),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, enosys),
    ]
    refused = [numbers[column] for numbers in REFUSED.values()]
    if not local_sockets:
        refused += [SOCKET[column], *(numbers[column] for numbers in CONNECTIONS)]
    if shared:
        refused += [numbers[column] for numbers in REFUSED_IF_SHARED.values()]
    if not may_fork:
        refused += [FORK[column], VFORK[column]]
    for number in refused:
        if number >= 0:
            code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, eperm)]
    clone = [(LOAD, 0, 0, ARGUMENTS), (ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, eperm)]
    if not may_fork:
        clone += [(ANY_BIT, 1, 0, CLONE_THREAD), (RETURN, 0, 0, eperm)]
    code += _about(CLONE[column], [*clone, (RETURN, 0, 0, ALLOW)])
    code += _about(PRCTL[column], _refuse_argument(0, REFUSED_CONTROLS, eperm))
    code += _about(IOCTL[column], _refuse_argument(1, REFUSED_IOCTLS, eperm))
    if shared:
        for numbers in ON_ITSELF:
            code += _about(numbers[column], _only_argument(0, 0, eperm))
    # A Unix socket for datagrams can send to any other by name, without being connected to it.
    unix = [
        (LOAD, 0, 0, ARGUMENTS),
        (EQUAL, 1, 0, AF_UNIX),
        (RETURN, 0, 0, eperm),
        (LOAD, 0, 0, ARGUMENTS + 8),
        (AND, 0, 0, 0xF),
        (EQUAL, 1, 0, SOCK_STREAM),
        (RETURN, 0, 0, eperm),
        (RETURN, 0, 0, ALLOW),
    ]
    # ZeroMQ lives without a network where the system says that it has none, and aborts where it is forbidden.
    absent = [*unix[:2], (RETURN, 0, 0, FAIL | errno.EOPNOTSUPP), *unix[3:]]
    code += _about(SOCKETPAIR[column], unix) + _about(SOCKET[column], absent)
    code.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def signals_to_itself_only(column: int, pid: int) -> bytes:
    """A second filter: signals only to this process, where neither a namespace nor Landlock sees to it."""
    eperm = FAIL | errno.EPERM
    code = [(LOAD, 0, 0, NUMBER)]
    for numbers in OTHER_SIGNALS:
        code += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, eperm)]
    for numbers in TO_ONE_PROCESS:
        code += _about(numbers[column], _only_argument(0, pid, eperm))
    code += _about(FCNTL[column], _refuse_argument(1, REFUSED_OWNERS, eperm))
    code.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def filter_calls(
    *, shared: bool, may_fork: bool, local_sockets: bool = False, own_signals_only: bool = False
) -> None:
    """Put this process, and all that it starts, under the filter. It has to have no_new_privs.

    Raises:
        OSError: if the kernel has no filters.
        SandboxError: on an architecture whose numbers are not known.
    """
    column = architecture()
    programs = [policy(column, shared, may_fork, local_sockets)]
    if own_signals_only:
        programs.append(signals_to_itself_only(column, os.getpid()))
    for program in programs:
        array = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(array))
        place = ctypes.create_string_buffer(header, len(header))
        control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(place), "seccomp")


def has_seccomp() -> bool:
    """Whether the kernel takes filters."""
    try:
        system_calls.control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0)
    except OSError as error:
        return error.errno == errno.EFAULT  # it looked for the filter at address 0
    return False


def _about(number: int, code: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """`code` for one call; it has to end in a return. Leaves the number loaded for others."""
    return [(EQUAL, 0, len(code), number), *code]


def _refuse_argument(index: int, values: tuple[int, ...], refusal: int) -> list[tuple[int, int, int, int]]:
    code = [(LOAD, 0, 0, ARGUMENTS + 8 * index)]
    for value in values:
        code += [(EQUAL, 0, 1, value), (RETURN, 0, 0, refusal)]
    return [*code, (RETURN, 0, 0, ALLOW)]


def _only_argument(index: int, value: int, refusal: int) -> list[tuple[int, int, int, int]]:
    load = (LOAD, 0, 0, ARGUMENTS + 8 * index)
    return [load, (EQUAL, 1, 0, value), (RETURN, 0, 0, refusal), (RETURN, 0, 0, ALLOW)]
