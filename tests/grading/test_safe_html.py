"""No script of a student's runs in the browser of whoever reads a page."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rnn_course.grading.safe_html import SafeHTMLExporter, clean

EVIL = [
    "<script>alert('evil')</script>",
    "<img src=x onerror=alert('evil')>",
    "<svg onload=alert('evil')></svg>",
    "<a href='javascript:alert(1)' onclick='evil()'>evil</a>",
    "<a href=' JaVaScRiPt:evil()'>x</a>",
    "<a href='data:text/html,<script>evil()</script>'>x</a>",
    "<img src='data:text/html,evil'>",
    "<iframe srcdoc='<script>evil()</script>'></iframe>",
    "<style>body { background: url(evil) }</style>",
    "<object data=evil></object><embed src=evil><base href=evil><meta http-equiv=refresh content=evil>",
    "<form action=evil><input><button formaction=javascript:evil()></form>",
    "[x](javascript:evil)",
    "<math><mi xlink:href='javascript:evil()'></mi></math>",
]
SAFE_TAGS = (
    "<h1>A</h1><p>b <b>c</b><sub>i</sub></p><img src='data:image/png;base64,AA'><a href='https://x.org'>d</a>"
)


def problems(html: str) -> list[str]:
    """Every way of running something that a browser would find in the HTML."""
    soup = BeautifulSoup(html, "html.parser")
    active = (
        "script",
        "svg",
        "iframe",
        "style",
        "object",
        "embed",
        "base",
        "meta",
        "form",
        "input",
        "math",
        "link",
    )
    found = [element.name for element in soup.find_all(active)]
    for element in soup.find_all(True):
        for name, value in element.attrs.items():
            address = str(value).strip().lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:text")) or name == "style":
                found.append(f"{element.name} {name}={value}")
    return found


@pytest.mark.parametrize("html", EVIL)
def test_clean(html: str) -> None:
    assert problems(clean(html)) == []


@given(st.text(alphabet="<>/='\" abcdeonscript:javasvg&#;\n\t", max_size=80))
def test_clean_whatever_comes(html: str) -> None:
    assert problems(clean(html)) == []


def test_a_text_stays_a_text() -> None:
    assert BeautifulSoup(clean(SAFE_TAGS), "html.parser") == BeautifulSoup(SAFE_TAGS, "html.parser")
    assert clean("$a < b$ &amp; c") == "$a &lt; b$ &amp; c"


def test_cells_and_outputs() -> None:
    outputs = []
    for evil in EVIL:
        kinds = (
            "text/html",
            "image/svg+xml",
            "text/markdown",
            "text/latex",
            "application/javascript",
            "text/plain",
        )
        outputs += [new_output("display_data", data={kind: evil}) for kind in kinds]
        outputs.append(new_output("stream", name="stdout", text=evil))
        outputs.append(new_output("error", ename=evil, evalue=evil, traceback=[evil]))
    notebook = new_notebook(cells=[new_markdown_cell("\n\n".join(EVIL)), new_code_cell("1", outputs=outputs)])
    notebook.metadata["title"] = EVIL[0]
    page, _ = SafeHTMLExporter(template_name="classic").from_notebook_node(notebook)
    body = BeautifulSoup(page, "html.parser").find("body")
    assert body is not None
    assert problems(str(body)) == []
