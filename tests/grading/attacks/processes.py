"""Attacks on processes: signals, sudden ends, daemons, and on the wire between student and tester."""

from __future__ import annotations

from textwrap import dedent

from .attack import EITHER, STOPPED, Family

ENDS = Family("ends and signals")
WIRE = Family("wire")

ENDS.replace("os_exit", "ends its process at once, as if all were well", "import os\nos._exit(0)",
             statuses=STOPPED, reason="double")  # fmt: skip
ENDS.replace("exit_in_call", "ends its process during a call", """
    import os
    def double(x): os._exit(0)
""", statuses=STOPPED, reason="double_test")  # fmt: skip
ENDS.replace("quit", "asks the notebook to end, as people do", "exit()", statuses=EITHER)
ENDS.replace("segfault", "reads from address 0", "import ctypes\nctypes.string_at(0)",
             statuses=STOPPED, reason="double")  # fmt: skip
ENDS.replace("abort", "aborts during a call", """
    import os
    def double(x): os.abort()
""", statuses=STOPPED, reason="double_test")  # fmt: skip
ENDS.replace("fault_signals", "dies of every fatal signal in turn", """
    import os, signal
    def double(x): os.kill(os.getpid(), {2: signal.SIGBUS, -1.5: signal.SIGFPE}.get(x, signal.SIGILL))
""", statuses=EITHER)  # fmt: skip
ENDS.replace("kill_parent", "kills its parent", """
    import os, time
    if not os.path.exists("@OUTSIDE@"):
        try: os.kill(os.getppid(), 9)
        except OSError as error: print(error)
        time.sleep(0.3)
    raise ValueError
""", statuses=EITHER)  # fmt: skip
ENDS.replace("kill_everybody", "kills its group and every process that it may", """
    import os, signal
    if not os.path.exists("@OUTSIDE@"):  # only where a sandbox holds
        for target in (0, -1):
            try: os.kill(target, signal.SIGKILL)
            except OSError as error: print(error)
    raise ValueError
""", statuses=EITHER)  # fmt: skip
ENDS.replace("signal_storm", "sends its parent every signal, a thousand times", """
    import os
    if not os.path.exists("@OUTSIDE@"):
        for number in range(1, 65):
            if number not in (9, 19):
                for _ in range(1000):
                    try: os.kill(os.getppid(), number)
                    except OSError: break
    raise ValueError
""", statuses=EITHER)  # fmt: skip
DAEMON = """
import ctypes, os, time
try: child = os.fork()
except OSError: child = -1
if child == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b"@MARK@", 0, 0, 0)
        for descriptor in range(256):
            try: os.close(descriptor)
            except OSError: pass
        time.sleep(3600)
    os._exit(0)
"""
ENDS.beside("daemon", "leaves a daemon behind, twice forked and in a session of its own", DAEMON)
ENDS.beside("daemon_that_holds_pipes", "leaves a daemon behind that keeps every pipe open", """
    import ctypes, os, time
    try: child = os.fork()
    except OSError: child = -1
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(15, b"@MARK@", 0, 0, 0)
            time.sleep(3600)
        os._exit(0)
""")  # fmt: skip
ENDS.beside("subprocess", "starts another program and leaves it running", """
    import subprocess, sys
    sleep = [sys.executable, "-c", "import time; time.sleep(3600) # @MARK@"]
    try: subprocess.Popen(sleep, start_new_session=True)
    except OSError as error: print(error)
""")  # fmt: skip
ENDS.replace("exec", "becomes another program", """
    import os, sys
    os.execv(sys.executable, [sys.executable, "-c", "print('finished'); import time; time.sleep(0.2)"])
""", statuses=EITHER, reason="double")  # fmt: skip
ENDS.replace("daemon_then_exit", "leaves a daemon behind and ends", DAEMON + "os._exit(0)\n",
             statuses=STOPPED, reason="double")  # fmt: skip

WIRE.replace("noise", "writes noise to every open descriptor, before and during a call", """
    import os
    def noise():
        for descriptor in range(3, 64):
            for text in (b"\\xff" * 4096, b"\\0" * 4096, b"4\\n" * 2000):
                try:
                    os.set_blocking(descriptor, False); os.write(descriptor, text)
                except OSError: pass
    def double(x): noise(); return x
""", statuses=EITHER)  # fmt: skip
WIRE.replace("noise_at_once", "writes noise to every open descriptor as its cell runs", """
    import os
    for descriptor in range(3, 64):
        try: os.write(descriptor, bytes(range(256)))
        except OSError: pass
    def double(x): return x
""", statuses=EITHER)  # fmt: skip
WIRE.replace("closed_pipes", "closes every descriptor during a call and lives on", """
    import os, time
    def double(x): os.closerange(3, 1024); time.sleep(1); return 2 * x
""", statuses=EITHER)  # fmt: skip
WIRE.replace("turned_pipes", "puts /dev/null in the place of every descriptor", """
    import os
    def double(x):
        null = os.open("/dev/null", os.O_RDWR)
        for descriptor in range(3, 64):
            if descriptor != null:
                try: os.fstat(descriptor); os.dup2(null, descriptor)
                except OSError: pass
        return 2 * x
""", statuses=EITHER, loses=("double",))  # fmt: skip
WIRE.replace("huge_frame", "announces a message of exabytes, and sends a byte a second", """
    import os, time
    def double(x):
        while True:
            for descriptor in range(3, 64):
                for head in (b"\\x7f\\xff\\xff\\xff\\xff\\xff\\xff\\xff", b"\\x00"):
                    try: os.set_blocking(descriptor, False); os.write(descriptor, head)
                    except OSError: pass
            time.sleep(0.2)
""", statuses=EITHER)  # fmt: skip
WIRE.replace("endless_frames", "floods every descriptor with zeros", """
    import os, time
    def double(x):
        end = time.monotonic() + 2
        while time.monotonic() < end:
            for descriptor in range(3, 64):
                try: os.set_blocking(descriptor, False); os.write(descriptor, b"\\0" * 65536)
                except OSError: pass
""", statuses=EITHER)  # fmt: skip
WIRE.replace("stolen_question", "reads the tester's questions from the pipe before they are served", """
    import os, threading, time
    def steal():
        for _ in range(20):
            for descriptor in range(3, 64):
                try: os.set_blocking(descriptor, False); os.read(descriptor, 1)
                except OSError: pass
            time.sleep(0.05)
    def double(x):
        threading.Thread(target=steal, daemon=True).start()
        time.sleep(0.2)
        return x
""", statuses=EITHER, harms_itself=True)  # fmt: skip
WIRE.replace("pickles", "sends pickles that run code where they are opened", """
    import os, pickle
    class Run:
        def __reduce__(self): return (os.system, ("touch /tmp/@MARK@-pickle",))
    def double(x):
        for descriptor in range(3, 64):
            try: os.set_blocking(descriptor, False); os.write(descriptor, pickle.dumps(Run()) * 3)
            except OSError: pass
        return Run()
""", statuses=EITHER)  # fmt: skip


def at_the_channel(name: str, tries: str, body: str) -> None:
    """Tampers with what speaks for the student's process; `Channel` is its class."""
    find = """
try: from rnn_course.grading.wire.channel import Channel
except ImportError: Channel = ()
"""
    WIRE.replace(name, tries, find + dedent(body), statuses=EITHER, harms_itself=True)


at_the_channel("answers_twice", "gives each answer twice, so that later questions get earlier answers", """
    def double(x):
        send = Channel.send
        def twice(self, message, *args):
            send(self, message, *args); send(self, message, *args)
        Channel.send = twice
        return x
""")  # fmt: skip
at_the_channel("answers_ahead", "answers fifty questions before they are put", """
    def double(x):
        send = Channel.send
        def ahead(self, message, *args):
            for _ in range(50): send(self, message, *args)
        Channel.send = ahead
        return 4
""")  # fmt: skip
at_the_channel("garbles", "changes bytes of its answers", """
    import itertools
    def double(x):
        send, turn = Channel.send, itertools.count()
        def garbled(self, message, *args):
            at = next(turn) * 7 % len(message)
            send(self, message[:at] + bytes([message[at] ^ 0x5A]) + message[at + 1:], *args)
        Channel.send = garbled
        return x
""")  # fmt: skip
at_the_channel("forged_depth", "answers with lists in lists, counts of billions and sizes of exabytes", """
    frames = [b"l\\x01\\x00\\x00\\x00" * 1000 + b"N", b"l\\xff\\xff\\xff\\xff", b"s\\xff\\xff\\xff\\x7fabc",
              b"a" + b"\\xff" * 64, b"h" + b"\\xff" * 64, b"n" + b"\\x7f" * 64, b"",
              b"\\x00" * 1000, b"k\\x01\\x00"]
    def double(x):
        send = Channel.send
        Channel.send = lambda self, message, *args: send(self, frames.pop() if frames else b"N", *args)
        return x
""")  # fmt: skip
at_the_channel("silent", "answers nothing any more", """
    def double(x):
        Channel.send = lambda self, message, *args: None
        return 2 * x
""")  # fmt: skip
at_the_channel("marks_of_its_own", "answers with messages that look like the end of the run", """
    import json
    def double(x):
        send = Channel.send
        report = json.dumps({"state": "finished", "ok": True, "score": 10, "status": "graded"})
        Channel.send = lambda self, message, *args: send(self, report.encode(), *args)
        return x
""")  # fmt: skip
