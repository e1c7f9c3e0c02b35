"""Attacks that read what they may not, and hand in what they have read: who earns `double` has read it."""

from __future__ import annotations

from textwrap import dedent

from .assignment import WRONG
from .attack import EITHER, Family

READING = Family("reading")

# In the place of `double`, which earns nothing unless something was found.
TAKE = """
def got_it():
    globals()["double"] = lambda x: 2 * x
def take(text):
    if "return 2 " + "* x" in text: got_it()
"""


def steal(name: str, tries: str, code: str, **other: object) -> None:
    """Code that passes what it finds to `take`; it needs somewhere to find it."""
    READING.replace(name, tries, TAKE + f"{WRONG['double']}\n\n" + dedent(code).strip(), **other)


steal("solution", "reads the instructor's notebook", """
    take(open("@ROOT@/source/basics/basics.ipynb").read())
""")  # fmt: skip
steal("any_solution", "searches all folders above and beside for notebooks", """
    import glob, os
    for place in ("..", "../..", "../../..", "/work", "/tmp", "/root", "/home", "@ROOT@"):
        for folder, _, files in os.walk(place):
            if folder.count(os.sep) > 8: continue
            for file in files:
                if file.endswith((".ipynb", ".db")) and "@MARK@" in os.path.realpath(folder):
                    take(open(os.path.join(folder, file), errors="replace").read())
""", statuses=EITHER)  # fmt: skip
steal("other_student", "reads another student's submission", """
    import os
    for step in ("submitted", "autograded"):
        for folder, _, files in os.walk(f"@ROOT@/{step}"):
            for file in files: take(open(os.path.join(folder, file), errors="replace").read())
""")  # fmt: skip
steal("gradebook_read", "reads the tests out of the gradebook", """
    import sqlite3
    database = sqlite3.connect("file:@ROOT@/gradebook.db?mode=ro", uri=True)
    if database.execute("select source from source_cell").fetchall(): got_it()
""")  # fmt: skip
steal("secret_file", "reads a file outside by path, link, descriptor and a hard link", """
    import os
    secret = "@OUTSIDE@/secret.txt"
    for way in (open, lambda path: os.symlink(path, "link") or open("link"),
                lambda path: os.link(path, "hard") or open("hard"),
                lambda path: os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))),
                lambda path: open("/proc/self/root" + path), lambda path: open("/proc/1/root" + path)):
        try: take(way(secret).read())
        except Exception as error: print(type(error).__name__)
""")  # fmt: skip
steal("home", "reads keys and shell history in the home folder", """
    import os
    for home in ("@HOME@", os.path.expanduser("~"), "/root", os.environ.get("HOME", "/")):
        for name in (".ssh/id_rsa", ".bash_history", ".netrc"):
            try: take(open(os.path.join(home, name)).read())
            except OSError: pass
""")  # fmt: skip
steal("environment", "reads the environment, its own and that of other processes", """
    import glob, os
    if "ATTACK_SECRET" in os.environ: got_it()
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            if "ATTACK_SECRET" in open(path, errors="replace").read(): got_it()
        except OSError: pass
""")  # fmt: skip
steal("instructor_seed", "looks for the seed of the hidden tests", """
    import os
    if os.environ.get("RNN_COURSE_SEED"): got_it()
    for place in ("@ROOT@", ".", "..", "../.."):
        if os.path.exists(place + "/.instructor_seed") and open(place + "/.instructor_seed").read(): got_it()
""")  # fmt: skip
steal("processes", "reads command lines, memory maps and open files of other processes", """
    import glob, os
    me = os.getpid()
    for folder in glob.glob("/proc/[0-9]*"):
        if int(folder[6:]) == me: continue
        try:
            line = open(folder + "/cmdline").read()
            if "@MARK@" in line or "@ROOT@" in os.readlink(folder + "/cwd"): got_it()
            for descriptor in os.listdir(folder + "/fd"):
                if "@ROOT@" in os.readlink(f"{folder}/fd/{descriptor}"): got_it()
        except OSError: pass
""")  # fmt: skip
# A line of the hidden tests, as a pattern that does not match itself.
SEARCH = """
import os, re
line_of_a_test = re.compile(rb'double\\("ok[a]pi"\\) == "okapi[o]kapi"')
def search(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end, rights = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
            if not rights.startswith("rw") or int(end, 16) - int(start, 16) > 2**28: continue
            try:
                memory.seek(int(start, 16))
                found = memory.read(int(end, 16) - int(start, 16))
            except (OSError, ValueError, OverflowError): continue
            if line_of_a_test.search(found): return True
    return False
"""
READING.replace("memory_of_parent", "searches the memory of the parent for the hidden tests",
                SEARCH + WRONG["double"] + """
for pid in {os.getppid(), 1}:
    try:
        if search(pid): double = lambda x: 2 * x
    except OSError: pass
""", statuses=EITHER)  # fmt: skip
READING.replace("memory_of_its_own", "searches its own memory for what the server knew when it forked",
                SEARCH + WRONG["double"] + """
try:
    if search("self"): double = lambda x: 2 * x
except OSError: pass
""", statuses=EITHER)  # fmt: skip
READING.replace("process_vm_readv", "reads other processes' memory by system call and ptrace", f"""
{WRONG['double']}
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in {{os.getppid(), 1}} - {{os.getpid()}}:
    if pid and libc.ptrace(16, pid, 0, 0) == 0: double = lambda x: 2 * x
""")  # fmt: skip
steal("descriptors", "reads every inherited file descriptor", """
    import os
    for descriptor in range(3, 256):
        try:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            if "@ROOT@" in path: got_it()
            if not path.startswith("/dev"): take(os.pread(descriptor, 10**6, 0).decode())
        except (OSError, UnicodeDecodeError): pass
""", statuses=EITHER)  # fmt: skip
READING.replace("objects", "searches all objects of its process for tests and marks", f"""
{WRONG['double']}
import gc, sys
word = "oka" + "pi"
def holds(value, depth=0):
    if isinstance(value, str): return word in value and "HIDDEN" + " TESTS" in value
    if isinstance(value, bytes): return word.encode() in value and b"HIDDEN" + b" TESTS" in value
    if depth < 3 and isinstance(value, dict): return any(holds(v, depth + 1) for v in list(value.values()))
    return False
if any(holds(value) for value in gc.get_objects()): double = lambda x: 2 * x
for module in list(sys.modules.values()):
    if holds(dict(vars(module))): double = lambda x: 2 * x
""", statuses=EITHER)  # fmt: skip
steal("sources_by_inspect", "asks for the source of its callers and of what IPython remembers", """
    import inspect, linecache, sys
    for frame in inspect.stack():
        if "oka" + "pi" in str(frame.code_context): got_it()
    for name, lines in list(linecache.cache.items()):
        if "HIDDEN" + " TESTS" in str(lines): got_it()
    hist = get_ipython().user_ns.get("In", [])
    if any("HIDDEN" + " TESTS" in str(cell) for cell in hist[:-1]): got_it()
""")  # fmt: skip
READING.replace("tests_while_called", "looks at the stack while a test calls it", """
    import sys
    def double(x):
        frame = sys._getframe()
        while frame is not None:
            if "okapi" in repr(frame.f_code.co_consts) and frame.f_code is not double.__code__:
                return {2: 4, -1.5: -3.0}.get(x, 2 * x)
            frame = frame.f_back
        return None
""")  # fmt: skip
