r"""A line of text with `code`, *emphasis* and $maths$, as HTML that needs no library in the browser.

Maths is written in the TeX that Markdown cells use, as far as one line of a question needs it, and becomes
MathML, which browsers draw and screen readers read by themselves: `$P(w_t \mid w_{t-1})$`.
"""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from rnn_course.errors import CourseError

_LETTERS = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "eta": "η", "theta": "θ"},
    **{"lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "ϕ"},
    **{"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω"},
    **{"infty": "∞", "ell": "ℓ", "dots": "…"},
}
_OPERATORS = {
    "mid": "|",
    "cdot": "·",
    "times": "×",
    "le": "≤",
    "ge": "≥",
    "ne": "≠",
    "approx": "≈",
    "to": "→",
    "sum": "∑",
    "prod": "∏",
    "partial": "∂",
    "in": "∈",
    "odot": "⊙",
    "lVert": "‖",
    "rVert": "‖",
}
_FUNCTIONS = ("log", "exp", "max", "min", "tanh", "lim")
_TOKEN = re.compile(r"\\([A-Za-z]+)|(\d+(?:\.\d+)?)|([A-Za-z])|(\s+)|(.)", re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`|\$([^$]+)\$|\*([^*\s](?:[^*]*[^*\s])?)\*")


class MarkupError(CourseError, ValueError):
    """Maths that `to_html` does not understand."""


def to_html(text: str) -> str:
    r"""`text` as HTML: backticks are code, stars emphasis, dollars maths; everything else is itself.

    Raises:
        MarkupError: for maths with an unknown command, or a brace that is not closed.
    """
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[end : match.start()]))
        code, maths, emphasis = match.groups()
        if code is not None:
            parts.append(f"<code>{escape(code)}</code>")
        elif maths is not None:
            parts.append(mathml(maths))
        else:
            parts.append(f"<em>{escape(emphasis)}</em>")
        end = match.end()
    parts.append(escape(text[end:]))
    return "".join(parts)


def mathml(tex: str) -> str:
    r"""One line of TeX as MathML: letters, numbers, `_ ^ {}`, `\frac`, `\text`, Greek, operators.

    >>> mathml("W_h^2")
    '<math><msubsup><mi>W</mi><mi>h</mi><mn>2</mn></msubsup></math>'

    Raises:
        MarkupError: for an unknown command, or a brace that is not closed.
    """
    return f"<math>{''.join(_Parser(tex).row(until=None))}</math>"


def to_text(text: str) -> str:
    r"""`text` in plain words, for a label that is read aloud: `$\frac{1}{4}$` is "1/4", `$h_t$` is "h_t"."""
    root = ElementTree.fromstring(f"<span>{to_html(text)}</span>")
    return " ".join(_plain(root).split())


def _plain(node: ElementTree.Element) -> str:
    parts = [_plain(child) for child in node]
    if node.tag == "mfrac":
        said = "/".join(parts)
    elif node.tag in ("msub", "msup", "msubsup"):
        marks = {"msub": "_", "msup": "^", "msubsup": "_^"}[node.tag]
        said = parts[0] + "".join(mark + part for mark, part in zip(marks, parts[1:], strict=True))
    else:
        said = (node.text or "") + "".join(parts)
    return said + (node.tail or "")


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.tokens = [match for match in _TOKEN.finditer(tex) if match[4] is None]
        self.position = 0

    def row(self, until: str | None) -> list[str]:
        items: list[str] = []
        while self.position < len(self.tokens):
            if self.tokens[self.position][0] == until:
                self.position += 1
                return items
            items.append(self.scripted())
        if until is not None:
            raise MarkupError(f"${self.tex}$: {until!r} is missing")
        return items

    def scripted(self) -> str:
        """An atom with its subscript and superscript, in either order."""
        base = self.atom()
        scripts: dict[str, str] = {}
        while self.position < len(self.tokens) and (mark := self.tokens[self.position][0]) in ("_", "^"):
            if mark in scripts:
                raise MarkupError(f"${self.tex}$: two {mark!r} in a row; put braces around the first pair")
            self.position += 1
            scripts[mark] = self.atom()
        if len(scripts) == 2:
            return f"<msubsup>{base}{scripts['_']}{scripts['^']}</msubsup>"
        for mark, tag in (("_", "msub"), ("^", "msup")):
            if mark in scripts:
                return f"<{tag}>{base}{scripts[mark]}</{tag}>"
        return base

    def atom(self) -> str:
        if self.position == len(self.tokens):
            raise MarkupError(f"${self.tex}$ ends where a symbol was expected")
        token = self.tokens[self.position]
        self.position += 1
        command, number, letter, _, other = token.groups()
        if command is not None:
            return self.command(command)
        if number is not None:
            return f"<mn>{number}</mn>"
        if letter is not None:
            return f"<mi>{letter}</mi>"
        if other == "{":
            return f"<mrow>{''.join(self.row(until='}'))}</mrow>"
        if other in "}_^":
            raise MarkupError(f"${self.tex}$: {other!r} stands where a symbol was expected")
        return f"<mo>{escape(other.replace('-', '−'))}</mo>"

    def command(self, name: str) -> str:
        if name == "frac":
            above, below = self.atom(), self.atom()
            return f"<mfrac>{above}{below}</mfrac>"
        if name == "text":
            return f"<mtext>{escape(self.braced_text())}</mtext>"
        if name in _LETTERS:
            return f"<mi>{_LETTERS[name]}</mi>"
        if name in _OPERATORS:
            return f"<mo>{_OPERATORS[name]}</mo>"
        if name in _FUNCTIONS:
            return f"<mi>{name}</mi>"
        known = " ".join(("frac", "text", *_FUNCTIONS, *_OPERATORS, *_LETTERS))
        raise MarkupError(f"${self.tex}$: \\{name} is not known here; known are: {known}")

    def braced_text(self) -> str:
        start = self.tokens[self.position] if self.position < len(self.tokens) else None
        if start is None or start[0] != "{":
            raise MarkupError(f"${self.tex}$: \\text needs braces")
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            if token[0] == "}":
                return self.tex[start.end() : token.start()]
        raise MarkupError(f"${self.tex}$: '}}' is missing")
