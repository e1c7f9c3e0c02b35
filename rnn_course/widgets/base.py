"""What all widgets of the course share: one base class, and one way to ship several JavaScript files.

A widget's front end is one ES module, which Jupyter hands to the browser as text. Such a module has no
address, so that `import ... from "./assets/dom.js"` would find nothing. The files here are nevertheless
ordinary modules that import each other, so that an editor, Node and a test can read them as they stand;
`front_end` joins them into one text: each imported file once, before the file that needs it.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

import anywidget
import traitlets

from rnn_course.errors import CourseError

MAX_PAYLOAD = 1_000_000
"""Bytes that one widget may send to the browser, besides its code."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+)";\n', re.MULTILINE)
_ANY_IMPORT = re.compile(r"^import\b.*$", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)


class WidgetError(CourseError, ValueError):
    """Arguments that a widget cannot show."""


def asset(name: str) -> str:
    """The text of a file of this folder, such as `assets/theme.css`."""
    return resources.files("rnn_course.widgets").joinpath(name).read_text(encoding="utf-8")


def front_end(name: str) -> str:
    """One self-contained ES module: the file `name` and everything that it imports.

    Top-level names of all files share one scope: two files that declare the same name make a module that
    no browser accepts, so the mistake is loud. Renaming imports (`a as b`) are not understood.

    Raises:
        WidgetError: if an import has a form that cannot be joined.
    """
    joined: list[str] = []
    _join(PurePosixPath(name), joined, seen=set())
    return "\n".join(joined)


def _join(path: PurePosixPath, joined: list[str], seen: set[PurePosixPath]) -> None:
    if path in seen:
        return
    seen.add(path)
    source = asset(str(path))
    for imported in _IMPORT.finditer(source):
        if " as " in imported[0]:
            raise WidgetError(f"{path}: {imported[0].strip()!r} renames what it imports")
        _join(_resolve(path.parent, imported[1]), joined, seen)
    source = _IMPORT.sub("", source)
    left = _ANY_IMPORT.search(source)
    if left:
        raise WidgetError(f'{path}: {left[0]!r} is not of the form import {{ name }} from "./file.js";')
    joined.append(f"// ---- {path}\n{_EXPORT.sub('', source)}")


def _resolve(folder: PurePosixPath, relative: str) -> PurePosixPath:
    parts = list(folder.parts)
    for part in PurePosixPath(relative).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)


def style(name: str) -> str:
    """The shared theme, then the widget's own style sheet."""
    return asset("assets/theme.css") + "\n" + asset(name)


class CourseWidget(anywidget.AnyWidget):
    """Base of the course's widgets.

    A subclass sets `_esm = front_end("its.js")` and `_css = style("its.css")`, and declares what travels to
    the browser as traits tagged `sync=True`. The front end works without a kernel, as on the published site.
    """

    finding = traitlets.Unicode(
        "", help="The sentence under the widget: what it shows at present, in numbers."
    ).tag(sync=True)

    def text_alternative(self) -> str:
        """What is shown where widgets cannot run, as Markdown."""
        return self.finding

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        # anywidget returns (data, metadata); a front end that cannot show the widget takes the Markdown.
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        text = self.text_alternative()
        if text:
            data = {**data, "text/plain": text, "text/markdown": text}
        return data, metadata
