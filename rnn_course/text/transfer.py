"""Bring the bytes behind an address into a file, going on where the last attempt broke off."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rnn_course.errors import DataError

if TYPE_CHECKING:
    import requests

Report = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes there will be, if that is known."""

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_BLOCK = 1 << 13  # bytes; what has come of a block is lost when the connection breaks within it
_WORTH_ANOTHER_TRY = {408, 429, 500, 502, 503, 504}


class DiskError(DataError):
    """The file cannot be written here, so that another address would not help."""


class _Broken(Exception):
    """The attempt failed in a way that is worth another one."""


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how often to try.

    Attributes:
        attempts: attempts in a row that bring no new byte before an address is given up.
        connect: seconds to wait for a connection.
        read: seconds to wait for the next bytes.
        backoff: seconds before the second attempt; doubled before each further one, 30 at most.
    """

    attempts: int = 5
    connect: float = 10.0
    read: float = 30.0
    backoff: float = 0.5


def transfer(url: str, part: Path, size: int | None, report: Report, patience: Patience) -> None:
    """Fetch `url` into `part`; what `part` holds already is taken for the beginning and not fetched again.

    The server's ETag or date is kept beside `part`, and sent as If-Range, so that a file that has changed
    in between comes whole. A server that knows no ranges sends everything again.

    Args:
        url: http or https.
        part: the file to fill.
        size: bytes there must be in the end, if known. A file that is longer or shorter is refused unread.
        report: told about the progress.
        patience: how long to wait.

    Raises:
        DataError: if the address has no such file, or breaks off again and again.
        DiskError: if there is no room for it, or no right to write.
    """
    import requests
    from requests.exceptions import ChunkedEncodingError

    host = urlsplit(url).netloc
    failures = 0
    with requests.Session() as session:
        while True:
            before = _size(part)
            try:
                _attempt(session, url, part, size, report, patience)
                return
            except (requests.ConnectionError, requests.Timeout, ChunkedEncodingError, _Broken) as error:
                failures = 0 if _size(part) > before else failures + 1
                if failures >= patience.attempts:
                    kept = f" {_size(part):,} bytes have come and are kept." if _size(part) else ""
                    if not kept:
                        discard(part)
                    raise DataError(
                        f"{url} cannot be fetched: {_reason(error)}. Is this computer online, and does it "
                        f"reach {host}?{kept}"
                    ) from error
            except requests.RequestException as error:  # such as an address that is none
                raise DataError(f"{url} cannot be fetched: {error}") from error
            time.sleep(min(30.0, patience.backoff * 2 ** max(0, failures - 1)))


def _attempt(
    session: requests.Session, url: str, part: Path, size: int | None, report: Report, patience: Patience
) -> None:
    offset = _size(part)
    if offset and offset == size:
        return
    headers = {"Accept-Encoding": "identity"}  # ranges count the bytes of the file itself
    if offset:
        headers["Range"] = f"bytes={offset}-"
        headers |= _if_range(part, url)
    with session.get(url, headers=headers, stream=True, timeout=(patience.connect, patience.read)) as answer:
        if answer.status_code == 416:
            if answer.headers.get("Content-Range") == f"bytes */{offset}":
                return  # everything was there
            discard(part)
            raise _Broken("the server has less than what was kept")
        if answer.status_code in _WORTH_ANOTHER_TRY:
            raise _Broken(f"the server answered {answer.status_code} {answer.reason}")
        if answer.status_code not in (200, 206):
            raise DataError(f"{url}: the server answered {answer.status_code} {answer.reason}")
        if answer.status_code == 200:
            offset = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
            discard(part)
            raise _Broken("the server sent another piece than was asked for")
        length = answer.headers.get("Content-Length")
        total = offset + int(length) if length and length.isdigit() else None
        if size is not None and total not in (None, size):
            discard(part)
            raise DataError(f"{url} has {total:,} bytes, expected {size:,}: it is another file")
        _write(answer, url, part, offset, total, report)


def _write(
    answer: requests.Response, url: str, part: Path, offset: int, total: int | None, report: Report
) -> None:
    with disk_errors(part):
        room = shutil.disk_usage(part.parent).free
        if total is not None and total - offset > room:
            raise OSError(errno.ENOSPC, f"{total - offset:,} bytes are to come, {room:,} bytes are free")
        if not offset:
            _keep_validator(part, url, answer)
        with part.open("r+b" if offset else "wb") as out:
            out.seek(offset)
            report(offset, total)
            for block in answer.iter_content(_BLOCK):
                out.write(block)
                offset += len(block)
                report(offset, total)
            out.flush()
            os.fsync(out.fileno())
    if total is not None and offset < total:
        raise _Broken(f"the connection ended after {offset:,} of {total:,} bytes")


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into a `DiskError`; where there is no room, delete `path`."""
    import requests

    try:
        yield
    except requests.RequestException:
        raise  # an OSError too, but not one of the disk
    except OSError as error:
        if error.errno in _NO_ROOM:
            discard(path)
            raise DiskError(
                f"no room for {path.name.removesuffix('.part')} in {path.parent}: {error.strerror}. "
                f"Free some space, or choose another disk with --to and RNN_COURSE_DATA"
            ) from error
        raise DiskError(f"cannot write {path}: {error.strerror}") from error


def discard(part: Path) -> None:
    """Delete what has arrived, and what is known about it."""
    part.unlink(missing_ok=True)
    _validator_file(part).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.from")


def _keep_validator(part: Path, url: str, answer: requests.Response) -> None:
    etag = answer.headers.get("ETag", "")
    weak = not etag or etag.startswith("W/")  # a weak one does not promise the same bytes
    validator = answer.headers.get("Last-Modified", "") if weak else etag
    _validator_file(part).write_text(f"{url}\n{validator}\n", encoding="utf-8")


def _if_range(part: Path, url: str) -> dict[str, str]:
    try:
        kept_url, validator = _validator_file(part).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    return {"If-Range": validator} if validator and kept_url == url else {}


def _reason(error: Exception) -> str:
    """The innermost cause, which says what happened, not through how many layers it came."""
    while True:
        inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not inner and error.args and isinstance(error.args[0], Exception):
            inner = error.args[0]
        if not isinstance(inner, Exception):
            return str(error) or type(error).__name__
        error = inner
