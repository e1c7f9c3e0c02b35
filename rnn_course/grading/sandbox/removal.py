"""Remove a private folder, whatever was made in it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from itertools import count
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Remove a folder and all in it, as far as the system lets; links in it are not followed.

    Folders may be nested more deeply than Python can recurse, and their paths longer than the system takes:
    each is moved up beside its parent and emptied there.
    """
    unknown = secrets.token_hex(8)  # what was made in it cannot be in the way
    names = (folder / f"{unknown} {number}" for number in count())
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        with suppress(OSError):
            os.chmod(place, 0o700)
            with os.scandir(place) as found:
                entries = list(found)
            for entry in entries:
                with suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
                        continue
                    target = next(names)
                    os.rename(entry.path, target)
                    waiting.append(target)
            if place != folder:
                os.rmdir(place)
    with suppress(OSError):
        os.rmdir(folder)
