"""A cell's outputs in nbformat's form: collected under a cap, and cleaned where they come from a student."""

from __future__ import annotations

import io
import json
from typing import Any

from nbformat import NotebookNode, from_dict

MOST_OUTPUTS = 500
CUT = "\n[the rest of this cell's output was cut off]\n"
STREAMS = ("stdout", "stderr")


class Outputs:
    """What a cell prints and shows, as plain dicts."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.items: list[dict[str, Any]] = []
        self.left = self.most_bytes
        self.cut = False

    def take(self) -> list[dict[str, Any]]:
        """All outputs, which are then gone from here."""
        items = self.items
        for item in items:
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
        self.clear()
        return items

    def print(self, name: str, text: str) -> None:
        """Append to a stream."""
        if not text or self.cut:
            return
        if len(text) > self.left:
            text = text[: max(0, self.left)] + CUT
            self.cut = True
        self.left -= len(text)
        last = self.items[-1] if self.items else None
        if last is None or last["output_type"] != "stream" or last["name"] != name:
            if len(self.items) >= MOST_OUTPUTS:
                self.cut = True
                return
            last = {"output_type": "stream", "name": name, "text": []}
            self.items.append(last)
        last["text"].append(text)

    def show(self, output: dict[str, Any]) -> None:
        """Append a result, a display or an error. An error is kept even beyond the cap."""
        size = len(json.dumps(output, default=str))
        is_error = output["output_type"] == "error"
        if (size > self.left or len(self.items) >= MOST_OUTPUTS) and not is_error:
            self.print("stdout", CUT)
            self.cut = True
            return
        self.left -= size
        self.items.append(output)


class Stream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = name
        self.outputs = outputs

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Append text to the cell's outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.print(self.name, str.__str__(text))
        return len(text)


def clean_outputs(raw: object, most_bytes: int) -> list[NotebookNode]:
    """Outputs that come from a student's process, in nbformat's form whatever they were.

    Args:
        raw: what came, values of any kind.
        most_bytes: what is kept.
    """
    kept: list[NotebookNode] = []
    left = most_bytes
    for item in raw[:MOST_OUTPUTS] if isinstance(raw, list) else []:
        output = _cleaned(item, left)
        size = len(json.dumps(output))
        if size > 2 * left + 1000:  # escapes make it longer
            kept.append(from_dict({"output_type": "stream", "name": "stdout", "text": CUT}))
            break
        left -= size
        kept.append(from_dict(output))
    return kept


def _cleaned(item: Any, most: int) -> dict[str, Any]:
    item = item if isinstance(item, dict) else {}
    kind = item.get("output_type")
    if kind == "stream":
        name = item.get("name")
        return {
            "output_type": "stream",
            "name": name if name in STREAMS else "stdout",
            "text": _text(item.get("text"), most + len(CUT)),
        }
    if kind == "error":
        lines = item.get("traceback")
        return {
            "output_type": "error",
            "ename": _text(item.get("ename"), 200),
            "evalue": _text(item.get("evalue"), 20_000),
            "traceback": [_text(line, 20_000) for line in lines[:200]] if isinstance(lines, list) else [],
        }
    data = item.get("data")
    bundle = {
        "data": {
            str(mime)[:100]: _text(content, most + 1000)
            for mime, content in (data.items() if isinstance(data, dict) else ())
            if isinstance(mime, str) and isinstance(content, str)
        },
        "metadata": {},
    }
    if kind == "execute_result":
        count = item.get("execution_count")
        return {
            "output_type": kind,
            "execution_count": count if type(count) is int and 0 <= count < 1 << 31 else None,
            **bundle,
        }
    return {"output_type": "display_data", **bundle}


def _text(value: object, most: int) -> str:
    text = value if type(value) is str else ""
    # A lone surrogate cannot be written to a file as UTF-8.
    return text[:most].encode("utf-8", "replace").decode("utf-8")
