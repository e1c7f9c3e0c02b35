"""How several JavaScript files become the one module that a widget sends."""

from __future__ import annotations

import pkgutil
import re
import shutil
import subprocess
from importlib import import_module, resources
from pathlib import Path

import pytest

from rnn_course import widgets
from rnn_course.widgets import base
from rnn_course.widgets.base import CourseWidget, WidgetError, front_end, style
from rnn_course.widgets.settings import SettingsWidget


def all_widgets() -> list[type[CourseWidget]]:
    """Every widget of the package."""
    modules = [
        import_module(found.name) for found in pkgutil.iter_modules(widgets.__path__, "rnn_course.widgets.")
    ]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    found = {c for c in classes if issubclass(c, CourseWidget)} - {CourseWidget, SettingsWidget}
    return sorted(found, key=lambda widget: widget.__name__)


WIDGETS = all_widgets()


@pytest.mark.parametrize("widget", WIDGETS)
def test_the_module_is_whole(widget: type[CourseWidget]) -> None:
    module = str(widget._esm)
    assert not re.search(r"^import\b", module, re.MULTILINE)
    assert len(re.findall(r"^export\b", module, re.MULTILINE)) == 1
    last = module.rstrip().splitlines()[-1]
    assert last == "export default { render };" or re.fullmatch(r"export default widget\(.*\);", last)
    assert "http" not in module  # nothing is fetched from anywhere
    assert "url(" not in str(widget._css)
    assert "@import" not in str(widget._css)


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_module_can_be_parsed(widget: type[CourseWidget], tmp_path: Path) -> None:
    path = tmp_path / "widget.mjs"
    path.write_text(str(widget._esm), encoding="utf-8")
    checked = subprocess.run(["node", "--check", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_each_file_stands_once_and_before_who_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "widget.js": 'import { a } from "./assets/a.js";\n'
        'import {\n  b,\n} from "./b.js";\n'
        "export default { a, b };\n",
        "b.js": 'import { a } from "./assets/a.js";\nexport function b() { return a; }\n',
        "assets/a.js": 'import { c } from "../c.js";\nexport const a = c;\n',
        "c.js": "export const c = 1;\n",
    }
    monkeypatch.setattr(base, "asset", files.__getitem__)
    joined = front_end("widget.js")
    places = [joined.index(line) for line in ("const c = 1", "const a = c", "function b()", "export default")]
    assert places == sorted(places)
    assert joined.count("const a = c") == 1


@pytest.mark.parametrize(
    "line",
    ['import { a as b } from "./a.js";', 'import a from "./a.js";', 'import * as a from "https://x/a.js";'],
)
def test_imports_that_cannot_be_joined_are_refused(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(base, "asset", lambda name: line + "\n" if name == "widget.js" else "")
    with pytest.raises(WidgetError, match=r"widget\.js"):
        front_end("widget.js")


@pytest.mark.parametrize("widget", WIDGETS)
def test_what_to_look_for_is_said(widget: type[CourseWidget]) -> None:
    assert "What to look for:" in (widget.__doc__ or "")


def test_the_theme_stands_before_the_widgets_own_rules() -> None:
    assert resources.files("rnn_course.widgets").joinpath("assets/theme.css").is_file()
    assert style("quiz.css").index(".rnn-widget {") < style("quiz.css").index(".rnn-quiz")
