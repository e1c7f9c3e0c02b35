"""An empty gradebook, made once and copied after that.

nbgrader starts another program (alembic) for every new database, only to ask for the version of its tables.
That takes longer than all the rest of making a release; here alembic is asked in this process.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

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
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base, Gradebook
    from nbgrader.dbutil import ALEMBIC_DIR

    with tempfile.TemporaryDirectory(prefix="rnn-course-") as scratch:
        path = Path(scratch, "gradebook.db")
        engine = sa.create_engine(f"{SQLITE}{path}")
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            head = {"head": ScriptDirectory(ALEMBIC_DIR).get_current_head()}
            connection.execute(sa.text("INSERT INTO alembic_version (version_num) VALUES (:head)"), head)
        engine.dispose()
        Gradebook(f"{SQLITE}{path}").close()  # adds the course
        return path.read_bytes()
