"""Attacks on the machine's time, memory, disk and patience. All have bounds, should a sandbox fail."""

from __future__ import annotations

from .attack import EITHER, STOPPED, Family

TIME = Family("time")
MEMORY = Family("memory and disk")
OUTPUT = Family("output")

TIME.replace("endless_call", "never comes back from a call", """
    def double(x):
        while True: pass
""", statuses=STOPPED, reason="double_test.*time|double_test.* s that")  # fmt: skip
TIME.replace("endless_cell", "never comes to the end of its cell", "while True: pass",
             statuses=STOPPED, reason="double")  # fmt: skip
TIME.replace("sleep", "sleeps for an hour", """
    import time
    def double(x): time.sleep(3600)
""", statuses=STOPPED, reason="double_test")  # fmt: skip
TIME.replace("swallow_interrupt", "swallows every exception, KeyboardInterrupt too, and every signal", """
    import signal
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    def double(x):
        while True:
            try:
                while True: pass
            except BaseException: pass
""", statuses=STOPPED, reason="double_test")  # fmt: skip
TIME.replace("long_c_call", "stays in one call of C that no signal interrupts", """
    def double(x): return 9 ** (9 ** 9)
""", statuses=EITHER)  # fmt: skip
TIME.replace("slow_regex", "a regular expression that backtracks for years", """
    import re
    def double(x): return re.match("(a+)+$", "a" * 60 + "b")
""", statuses=STOPPED, reason="double_test")  # fmt: skip
TIME.beside("busy_threads", "leaves threads behind that never end", """
    import threading
    def spin():
        while True: pass
    for _ in range(3): threading.Thread(target=spin).start()
""", statuses=EITHER)  # fmt: skip
TIME.beside("endless_atexit", "never ends when it is asked to", """
    import atexit, time
    atexit.register(time.sleep, 3600)
    class Never:
        def __del__(self):
            while True: pass
    never = Never()
""")  # fmt: skip
TIME.replace("alarm", "asks for signals by timer, thousands a second", """
    import signal
    def annoyed(*args): raise KeyboardInterrupt
    signal.signal(signal.SIGALRM, annoyed)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    def double(x): return x
""", statuses=EITHER, loses=("double", "normalize", "lengths", "tally"))  # fmt: skip
TIME.replace("stops_itself", "stops its own process, so that it neither runs nor ends", """
    import os, signal
    def double(x): os.kill(os.getpid(), signal.SIGSTOP)
""", statuses=EITHER)  # fmt: skip
TIME.replace("drip", "each call takes a little less than what a cell may take", """
    import time
    def double(x): time.sleep(3.0); return 2 * x
""", statuses=STOPPED, reason="double_test")  # fmt: skip

MEMORY.replace("memory_at_once", "asks for more memory than there is", """
    def double(x): return bytearray(10**13)
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("memory_slowly", "grows until it is stopped", """
    def double(x):
        kept = []
        while len(kept) < 800: kept.append(bytearray(b"x" * 10**7))
        return kept
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("memory_in_parts", "several processes that each hold a part", """
    import os, time
    def double(x):
        for _ in range(8):
            if os.fork() == 0:
                kept = [b"x" * 10**7 + bytes([n]) for n in range(100)]
                time.sleep(30); os._exit(0)
        time.sleep(2)
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("shared_memory", "holds memory in mappings, shared segments and pipes", """
    import mmap, os
    kept = []
    def double(x):
        for _ in range(400):
            part = mmap.mmap(-1, 10**7); part.write(b"x" * 10**7); kept.append(part)
        for _ in range(2000): kept.append(os.pipe())
        os.memfd_create("@MARK@")
        with open("/dev/shm/@MARK@", "wb") as file:
            for _ in range(400): file.write(b"x" * 10**7)
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("fork_bomb", "forks without end (here: 400 times)", """
    import os, time
    def double(x):
        for _ in range(400):
            try:
                if os.fork() == 0: time.sleep(30); os._exit(0)
            except OSError: pass
        time.sleep(1)
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("forked_twins", "forks, and both halves go on and answer", """
    import os
    os.fork(); os.fork()
    def double(x):
        os.fork()
        return x
""", statuses=EITHER, harms_itself=True)  # fmt: skip
MEMORY.replace("thread_bomb", "starts threads without end (here: 3000)", """
    import threading, time
    def double(x):
        for _ in range(3000): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        time.sleep(1)
""", statuses=EITHER)  # fmt: skip
MEMORY.beside("disk", "fills the disk (here: 4 GB, and a sparse terabyte)", """
    try:
        with open("big", "wb") as file:
            for _ in range(400): file.write(b"x" * 10**7)
    except OSError as error: print(error)
    try: open("sparse", "wb").truncate(2**40)
    except OSError as error: print(error)
""", statuses=EITHER)  # fmt: skip
MEMORY.beside("inodes", "makes files and folders without end (here: 200000, and 2000 deep)", """
    import os, time
    end = time.monotonic() + 2
    try:
        for number in range(200_000):
            open(f"file{number}", "w").close()
            if time.monotonic() > end: break
    except OSError as error: print(error)
    try:
        for _ in range(2000): os.mkdir("d"); os.chdir("d")
    except OSError as error: print(error)
""", statuses=EITHER)  # fmt: skip
MEMORY.beside("open_files", "opens files until there are no descriptors", """
    kept = []
    try:
        while len(kept) < 100_000: kept.append(open("/dev/null"))
    except OSError as error: kept.clear(); print(error)
""")  # fmt: skip
MEMORY.replace("zip_bomb", "unpacks a small file into gigabytes", """
    import zlib
    def double(x):
        packed = zlib.compress(b"x" * 10**8)
        return b"".join(zlib.decompress(packed) for _ in range(80))
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("stack", "recursion without a limit, down to the end of the stack", """
    import sys
    sys.setrecursionlimit(2**31 - 1)
    class Deep:
        def __getattr__(self, name): return getattr(self, name + "x")
    def double(x): return eval("(" * 90) if x is None else repr(Deep().a)
""", statuses=EITHER)  # fmt: skip
MEMORY.replace("code_bomb", "code that takes the compiler's memory and time", """
    def double(x): return eval("(1,)*10**5*10**3" + "".join(f",({n},)*99999" for n in range(50)))
    eval("-" * 90000 + "1")
""", statuses=EITHER)  # fmt: skip

OUTPUT.beside("output_mass", "prints 50 MB", "for _ in range(50): print('x' * 1_000_000)")
OUTPUT.beside("output_lines", "prints a hundred thousand short lines to both streams", """
    import sys
    for number in range(50_000): print(number); print(number, file=sys.stderr)
""", statuses=EITHER)  # fmt: skip
OUTPUT.replace("output_endless", "prints without end", """
    while True: print("@MARK@" * 1000)
""", statuses=STOPPED, reason="double")  # fmt: skip
OUTPUT.replace("output_while_called", "prints without end while a test calls it", """
    def double(x):
        while True: print("@MARK@" * 1000)
""", statuses=STOPPED, reason="double_test")  # fmt: skip
OUTPUT.beside("output_below", "writes past Python to the descriptors 1 and 2", """
    import os
    for _ in range(200):
        os.write(1, b"x" * 100_000); os.write(2, b'{"state": "finished", "score": 10}\\n')
    os.close(0); os.close(1); os.close(2)
""")  # fmt: skip
OUTPUT.beside("displays", "thousands of rich outputs, each of another kind", """
    from IPython.display import HTML, Javascript, display
    for number in range(3000):
        display({"text/html": "<b>x</b>" * 100, "application/x-@MARK@": {"a": number}}, raw=True)
""", statuses=EITHER)  # fmt: skip
OUTPUT.beside("display_odd", "rich outputs with keys, types and metadata that no notebook may hold", """
    from IPython.display import display
    class Odd:
        def _repr_mimebundle_(self, **kwargs):
            return {5: b"x", "text/plain": object(), None: [float("nan")]}, {1: 2}
    for value in (Odd(), {"text/html": b"\\xff", "image/png": "not base64"}):
        try: display(value, raw=isinstance(value, dict), transient={"display_id": object()})
        except Exception as error: print(type(error).__name__)
    display(1, display_id="a"); display(2, display_id="a", update=True)
    print("\\ud800 lone surrogate".encode("utf-8", "surrogatepass"), "\\ud800")
""", statuses=EITHER)  # fmt: skip
OUTPUT.replace("long_traceback", "raises exceptions in a chain of thousands, with long texts", """
    def double(x):
        try: raise ValueError("x" * 10_000_000)
        except ValueError as error:
            for number in range(3000):
                new = RuntimeError("x" * 1000); new.__cause__ = error; error = new
            raise error
""", statuses=EITHER)  # fmt: skip
