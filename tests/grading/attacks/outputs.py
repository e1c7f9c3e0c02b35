"""Outputs and texts that act in the browser of whoever reads them. No script of theirs may be in a page."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .assignment import RIGHT
from .attack import EITHER, Family

SCRIPTS = Family("scripts in outputs")

SCRIPTS.beside("html_script", "shows HTML with scripts in every dress", """
    from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
    for text in ("<script>alert('@MARK@')</script>", "<img src=x onerror=alert('@MARK@')>",
                 "<svg onload=alert('@MARK@')>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
                 "<a href='java\\tscript:alert(1)'>x</a>",
                 "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
                 "<object data='data:text/html,<script>alert(1)</script>'>",
                 "<base href='http://192.0.2.1/'>", "<meta http-equiv=refresh content='0;url=http://192.0.2.1'>"):
        display(HTML(text)); display(Markdown(text))
    display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert('@MARK@')</script></svg>"))
    display(Javascript("alert('@MARK@')")); display(Latex("$\\\\href{javascript:alert(1)}{x}$"))
    script = "</script><script>alert('@MARK@')</script>"
    for bundle in ({"application/javascript": "alert('@MARK@')", "text/html": script},
                   {"application/vnd.jupyter.widget-view+json": {"model_id": script}},
                   {"image/svg+xml": "<svg onload=alert('@MARK@')/>", "image/png": '">' + script}):
        display(bundle, raw=True)
""", statuses=EITHER)  # fmt: skip
SCRIPTS.add("html_in_call", "shows HTML with scripts while a test calls it", answers={"double": """
from IPython.display import HTML, display
def double(x):
    display(HTML("<script>alert('@MARK@')</script>"), HTML("<img src=x onerror=alert('@MARK@')>"))
    return 2 * x
"""})  # fmt: skip
SCRIPTS.replace("script_in_error", "raises an exception whose name and text are markup", """
    Evil = type("<script>alert('@MARK@')</script>", (Exception,), {})
    def double(x):
        raise Evil("</pre><script>alert('@MARK@')</script>\\x1b]8;;javascript:alert(1)\\x07 \\x1b[2J")
""")  # fmt: skip
SCRIPTS.beside("terminal", "prints control sequences for terminals, and text that runs backwards", """
    print("\\x1b]0;@MARK@\\x07\\x1b[2J\\x1b[1;1H\\x1b]52;c;QQ==\\x07")
    print("\\u202e tfel ot thgir \\u2066", "\\x00\\x08\\x7f", "\\r")
""")  # fmt: skip


def _markdown(notebook: NotebookNode) -> None:
    script = "<script>alert('@MARK@')</script><img src=x onerror=alert('@MARK@')>"
    notebook.cells.append(new_markdown_cell(script + "\n\n[x](javascript:alert('@MARK@'))"))
    notebook.metadata["title"] = f"</title>{script}"
    notebook.metadata["authors"] = [{"name": script}]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"a": script}}}


def _ids(notebook: NotebookNode) -> None:
    evil: Any = "</script><script>alert('@MARK@')</script>"
    for cell in notebook.cells:
        cell.metadata["language"] = evil
        cell.metadata["tags"] = [evil]


SCRIPTS.add("markdown_script", "Markdown and the notebook's metadata hold scripts", edit=_markdown,
            answers={"opinion": "<script>alert('@MARK@')</script><img src=x onerror=alert(1)>"})  # fmt: skip
SCRIPTS.add("script_in_tags", "tags and languages of cells hold scripts", edit=_ids)
SCRIPTS.add("script_in_source", "the text of an answer holds the end of a page's script", answers={
            "double": "# </script><script>alert('@MARK@')</script>\n" + RIGHT["double"]})  # fmt: skip
SCRIPTS.beside("widget", "shows a widget whose state holds scripts", """
    try:
        import ipywidgets
        from IPython.display import display
        display(ipywidgets.HTML("<script>alert('@MARK@')</script>"))
    except ImportError as error: print(error)
""", statuses=EITHER)  # fmt: skip
