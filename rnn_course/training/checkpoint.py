"""Training runs in files: written whole or not at all, read without running anything that they hold.

A checkpoint is an .npz archive of arrays and one array of bytes, which is JSON. It is written beside its
place, forced to the disk and then moved there, so that whoever interrupts it leaves the file of before.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_course.training.errors import CheckpointError
from rnn_course.training.history import Log
from rnn_course.training.run import Run

FORMAT = "rnn-course training run"
VERSION = 1
DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    MemoryError,
    RuntimeError,  # zipfile: encrypted, or compressed in a way that it does not know
    zipfile.BadZipFile,
    zlib.error,
)


def write_arrays(path: str | Path, header: Mapping[str, Any], arrays: Mapping[str, ndarray]) -> None:
    """Write arrays and a header that JSON can say, so that `path` is whole at every moment.

    Args:
        path: of the file; its folder is made where it is missing.
        header: anything that JSON can say.
        arrays: by name; "header" is taken.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    words = np.frombuffer(json.dumps([dict(header), list(arrays)]).encode(), np.uint8)
    with open(beside, "wb") as file:
        np.savez(file, header=words, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    if os.name == "posix":  # the move itself is on the disk only when the folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_arrays(path: str | Path) -> tuple[dict[str, Any], dict[str, ndarray]]:
    """What `write_arrays` wrote: header and arrays.

    Raises:
        CheckpointError: if the file is not there, is damaged, or is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header, names = json.loads(arrays.pop("header").tobytes())
        if names != list(arrays):
            raise ValueError(f"it should hold {len(names)} arrays and holds {len(arrays)}")
        return header, arrays
    except FileNotFoundError:
        raise CheckpointError(f"{path} does not exist") from None
    except (IsADirectoryError, PermissionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
    except DAMAGE as error:
        what = f"{type(error).__name__}: {error}"
        raise CheckpointError(
            f"{path} is no checkpoint, or it is damaged ({what}). Delete it to begin anew"
        ) from error
    except TypeError:  # np.load gives the array of an .npy file as it is
        raise CheckpointError(f"{path} is a single array and no checkpoint") from None


def save_run(path: str | Path, run: Run) -> None:
    """Write all that the run needs to go on as if nothing had been."""
    header = {**_identity(run), "epoch": run.epoch, "batch": run.batch, "seconds": run.seconds()}
    arrays = {
        "parameters": run.learner.parameters(),
        "memory": run.learner.memory(),
        "best": run.best or {},
        "state": run.learner.state_to_numpy(run.state),
        "log": run.log.arrays(),
    }
    write_arrays(path, header, {f"{kind}/{name}": a for kind in arrays for name, a in arrays[kind].items()})


def load_run(path: str | Path, run: Run) -> None:
    """Put the run where `save_run` left it.

    Raises:
        CheckpointError: if the file is damaged, or its model, data or configuration is not the run's; the
            run is not changed then. Only the rules for stopping may differ.
    """
    header, named = read_arrays(path)
    _compare(path, header, _identity(run))
    parts: dict[str, dict[str, ndarray]] = {
        kind: {} for kind in ("parameters", "memory", "best", "state", "log")
    }
    try:
        for name, array in named.items():
            kind, _, rest = name.partition("/")
            parts[kind][rest] = array
        position = header["epoch"], header["batch"], header["seconds"]
        state = _state(run, header, parts["state"])
        log = Log()
        log.load(parts["log"])
        run.learner.restore(parts["parameters"], parts["memory"])
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} lacks something or has it in another form: {error!r}") from error
    run.epoch, run.batch, run.seconds_before = position
    run.best, run.state, run.log = parts["best"] or None, state, log


def _state(run: Run, header: Mapping[str, Any], arrays: Mapping[str, ndarray]) -> Any:
    """The model's state: the arrays are in the file, their structure is what the model makes of a batch."""
    if not arrays:
        return None
    last = islice(run.data.epoch(run.config.seed, header["epoch"]), header["batch"] - 1, header["batch"])
    (batch,) = last  # ValueError if the epoch has become shorter
    return run.learner.state_from_numpy(run.learner.loss(batch, None).state, arrays)


def _identity(run: Run) -> dict[str, Any]:
    """What has to be the same in the file and in the run that goes on with it."""
    model = run.learner.model
    tokens = getattr(getattr(model, "vocabulary", None), "tokens", None)
    words = None if tokens is None else f"{zlib.crc32(chr(0).join(tokens).encode()):08x}"
    return {
        "format": FORMAT,
        "version": VERSION,
        "model": type(model).__name__,
        "vocabulary": words,
        "settings": _settings(model),
        "parameters": {
            name: f"{array.dtype} {array.shape}" for name, array in run.learner.parameters().items()
        },
        "data": run.data.mark,
        "config": run.config.fixed(),
    }


def _settings(model: Any) -> dict[str, Any]:
    """What a model was told besides its parameters, as far as JSON can say it: its memory, its dropout ..."""
    settings = {"cell": getattr(getattr(model, "cell", None), "name", None)}
    for name, value in vars(model).items():
        if not name.startswith("_") and name != "training" and isinstance(value, str | int | float | tuple):
            with suppress(TypeError):  # parameters are tuples too
                settings[name] = json.dumps(value)
    return settings


def _compare(path: str | Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    if not isinstance(there, dict) or there.get("format") != FORMAT:
        raise CheckpointError(f"{path} is no checkpoint of a training run")
    for name, value in here.items():
        other = there.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            differing = [k for k in {**value, **other} if value.get(k) != other.get(k)]
            if not differing:
                continue
            key = differing[0]
            what, was, now = f"{name} {key}", other.get(key, "missing"), value.get(key, "missing")
        else:
            what, was, now = name, other, value
        if was != now:
            raise CheckpointError(
                f"{path} is of another run: {what} was {was} and is {now} now. "
                "Give another path, or delete the file to begin anew"
            )
