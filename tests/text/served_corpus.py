"""One file on a server of the tests' own, and what fetching it leaves behind."""

import hashlib
from pathlib import Path

import numpy as np
from file_server import FileServer

from rnn_course.text.catalogue import DataFile
from rnn_course.text.download import download
from rnn_course.text.transfer import Patience

CONTENT = np.random.default_rng(0).bytes(400_000)
FILE = DataFile("corpus.txt", f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", len(CONTENT))
QUICK = Patience(attempts=3, connect=5, read=5, backoff=0.01)


def fetch(server: FileServer, folder: Path, file: DataFile = FILE) -> Path:
    return download(file, [server.url("corpus.txt")], folder, patience=QUICK)


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}
