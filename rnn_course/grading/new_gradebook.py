"""An empty gradebook, made once and copied after that.

nbgrader starts another program (alembic) for every new database, which takes longer than all the rest of
making a release.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

SQLITE = "sqlite:///"


def ensure_gradebook(db_url: str) -> None:
    """Make the gradebook if it is a file that does not exist yet; other databases make their own tables."""
    if not db_url.startswith(SQLITE):
        return
    path = Path(db_url.removeprefix(SQLITE))
    if path.parent.is_dir() and (not path.exists() or path.stat().st_size == 0):
        path.write_bytes(_empty_gradebook())


@cache
def _empty_gradebook() -> bytes:
    from nbgrader.api import Gradebook

    with tempfile.TemporaryDirectory(prefix="rnn-course-") as scratch:
        path = Path(scratch, "gradebook.db")
        Gradebook(f"{SQLITE}{path}").close()
        return path.read_bytes()
