"""What is handed in is no notebook, or a strange one, or has strange company; names that play tricks."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .assignment import FILE, RIGHT, WRONG
from .attack import ALL, EITHER, GRADED, UNREADABLE, Family, Place

FILES = Family("files")
NAMES = Family("names")
UNREADABLE_OR_NOT = (*GRADED, *UNREADABLE)


def _text(content: str | bytes) -> Callable[[Path, Place], None]:
    def put(folder: Path, place: Place) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / FILE).write_bytes(data)

    return put


def _change(change: Callable[[bytes], bytes]) -> Callable[[Path, Place], None]:
    def put(folder: Path, place: Place) -> None:
        (folder / FILE).write_bytes(change((folder / FILE).read_bytes()))

    return put


def _json(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Place], None]:
    def put(folder: Path, place: Place) -> None:
        notebook = json.loads((folder / FILE).read_text(encoding="utf-8"))
        change(notebook)
        (folder / FILE).write_text(json.dumps(notebook), encoding="utf-8")

    return put


def unreadable(name: str, tries: str, put: Callable[[Path, Place], None], reason: str = ".") -> None:
    """A submission that cannot be read and earns nothing."""
    FILES.add(name, tries, put=put, loses=ALL, statuses=UNREADABLE, reason=reason)


def _renamed(folder: Path, place: Place) -> None:
    (folder / FILE).rename(folder / "basics (1).ipynb")


def _nothing(folder: Path, place: Place) -> None:
    (folder / FILE).unlink()


def _link(folder: Path, place: Place) -> None:
    (folder / FILE).unlink()
    (folder / FILE).symlink_to(place.root / "source" / "basics" / FILE)


def _pipe(folder: Path, place: Place) -> None:
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)


def _device(folder: Path, place: Place) -> None:
    (folder / FILE).unlink()
    (folder / FILE).symlink_to("/dev/zero")


def _folder(folder: Path, place: Place) -> None:
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    (folder / FILE / FILE).write_text("{}")


def _loop(folder: Path, place: Place) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to("..")
    (folder / "root").symlink_to("/")
    (folder / "secret.txt").symlink_to(place.outside / "secret.txt")
    os.mkfifo(folder / "pipe")


def _beside(folder: Path, place: Place) -> None:
    text = "raise SystemExit('shadowed')\n"
    for name in ("numpy", "json", "nbformat", "sitecustomize", "usercustomize", "IPython", "rnn_course"):
        (folder / f"{name}.py").write_text(text)
    (folder / "conftest.py").write_text(text)
    startup = folder / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(text)
    (folder / "ipython_config.py").write_text(text)
    (folder / "jupyter_config.py").write_text(text)
    (folder / "nbgrader_config.py").write_text(text)
    (folder / "pyvenv.cfg").write_text("home = /nowhere")
    (folder / "python312._pth").write_text("import evil")


def _databases(folder: Path, place: Place) -> None:
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (folder / ".instructor_seed").write_text("1")
    (folder / "timestamp.txt").write_text("9999-99-99 not a time \x00")


def _archives(folder: Path, place: Place) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"../../../../tmp/{place.mark}-slip", "x")
        archive.writestr("zeros", b"\0" * 20_000_000)
    (folder / "b.ipynb.gz").write_bytes(gzip.compress(b"\0" * 10_000_000))


def _many(folder: Path, place: Place) -> None:
    for number in range(2000):
        (folder / f"file{number}.txt").write_text("x")
    deep = folder
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text("x")


def _forbidden(folder: Path, place: Place) -> None:
    markup = "<img src=x onerror=alert(1)>.txt"
    for name in ("-rf", "a\nb.txt", markup, "*", "x" * 250, "%s%n", "a\x1b[31m.txt"):
        (folder / name).write_text("x")
    (folder / "no_rights.txt").write_text("x")
    (folder / "no_rights.txt").chmod(0)


def _sparse(folder: Path, place: Place) -> None:
    with (folder / FILE).open("r+b") as file:
        file.truncate(2**33)


def _duplicate_keys(data: bytes) -> bytes:
    return data.replace(b'"cells":', b'"cells": [], "nbformat": 4, "cells":', 1)


DEEP = "[" * 100_000 + "]" * 100_000


unreadable("json_cut", "a file cut off in the middle", _change(lambda data: data[: len(data) // 2]), "JSON")
unreadable("empty", "an empty file", _text(""))
unreadable("words", "a text in words", _text("I could not do it, sorry."))
unreadable("null", "JSON, but null", _text("null"))
unreadable("list", "JSON, but a list", _text("[]"))
unreadable("no_cells", "a notebook without a list of cells", _json(lambda nb: nb.pop("cells")))
unreadable("cells_of_text", "a notebook whose cells are text",
           _json(lambda nb: nb.update(cells=["a", 1, None])))  # fmt: skip
unreadable("binary", "random bytes", _text(bytes(range(256)) * 100))
unreadable("latin_1", "not UTF-8", _change(lambda data: data.replace(b"Basics", b"Basic\xe9s")))
unreadable("deep_json", "a hundred thousand brackets", _text(DEEP))
unreadable(
    "deep_metadata",
    "a notebook with a hundred thousand brackets in its metadata",
    _change(lambda data: data.replace(b'"metadata": {', b'"metadata": {"a": ' + DEEP.encode() + b",", 1)),
)
unreadable("sparse_file", "a file of 8 GB", _sparse, "large|big|MB|GB|bytes")
unreadable("wrong_name", "the notebook under another name", _renamed, r"basics \(1\)\.ipynb")
unreadable("no_notebook", "a folder without a notebook", _nothing)
unreadable("link", "a link to the instructor's solution", _link, "link")
unreadable("pipe", "a named pipe, which blocks whoever opens it", _pipe)
unreadable("device", "a link to /dev/zero", _device)
unreadable("folder", "a folder with the notebook's name", _folder)
unreadable("huge_integer", "a version of a million digits",
           _change(lambda d: d.replace(b'"nbformat": 4', b'"nbformat": 4' + b"9" * 10**6, 1)))  # fmt: skip
unreadable("nan_version", "NaN for a version",
           _change(lambda data: data.replace(b'"nbformat": 4', b'"nbformat": NaN', 1)))  # fmt: skip

FILES.add("bom", "a byte order mark before the notebook", put=_change(lambda data: b"\xef\xbb\xbf" + data),
          loses=(), statuses=GRADED)  # fmt: skip
FILES.add("duplicate_keys", "keys that are there twice", put=_change(_duplicate_keys))
FILES.add("lone_surrogates", "text that is no Unicode",
          put=_json(lambda nb: nb["cells"].append({"cell_type": "code", "id": "s", "source": "'\ud800'",
                    "metadata": {}, "outputs": [], "execution_count": None})),
          statuses=(*GRADED, *UNREADABLE, *EITHER))  # fmt: skip
FILES.add("links_beside", "links to everywhere and a pipe lie beside the notebook", put=_loop,
          reason="left aside")  # fmt: skip
FILES.add("modules_beside", "modules and start-up files lie beside the notebook", put=_beside,
          answers={**WRONG, "lengths": RIGHT["lengths"]}, loses=("double", "normalize", "tally"))  # fmt: skip
FILES.add("gradebook_beside", "a gradebook, a seed and an impossible timestamp lie beside it",
          put=_databases)  # fmt: skip
FILES.add("archives_beside", "archives that unpack to elsewhere and to much more lie beside it",
          put=_archives)  # fmt: skip
FILES.add("many_files", "two thousand files and sixty folders deep", put=_many)
FILES.add("odd_file_names", "files whose names are options, patterns, markup and control characters",
          put=_forbidden)  # fmt: skip
FILES.add("big_notebook", "a notebook of 8 MB, most of it a cell of one's own",
          put=_json(lambda nb: nb["cells"].append({"cell_type": "markdown", "id": "big", "metadata": {},
                                                   "source": "x " * 4_000_000})),
          statuses=UNREADABLE_OR_NOT)  # fmt: skip
FILES.add("ten_thousand_cells", "ten thousand empty cells and a thousand full ones",
          put=_json(lambda nb: nb["cells"].extend(
              {"cell_type": "code", "id": f"c{n}", "source": "" if n % 10 else "1", "metadata": {},
               "outputs": [], "execution_count": None} for n in range(10_000))))  # fmt: skip


def _move(folder: Path, place: Place) -> None:
    """Nothing to do: the name of the folder is the attack."""


for number, name in enumerate(
    [
        "-rf",
        "$(touch @MARK@)",
        "a b;echo 'c'",
        "{nbgrader_step}",
        "{student_id}",
        "%(asctime)s %s %d",
        "[a-z]*",
        "<img src=x onerror=alert(1)>",
        "=cmd|' C'!A0",
        "ünï—日本 🙂",
        "\u202ecod.exe",
        "line\nbreak",
        "tab\tbell\x07",
        "nul",
        "Robert'); DROP TABLE grade;--",
        "s" * 200,
    ]
):
    NAMES.add(f"name_{number:02}", f"a student called {ascii(name)[:40]}", folder=name, put=_move,
              answers={"double": WRONG["double"]}, loses=("double",))  # fmt: skip
