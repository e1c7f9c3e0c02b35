"""Honest work that graders stumble over. All of it earns what it should."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .assignment import cell_of
from .attack import Family

HONEST = Family("honest, unlucky")


def _extra_before(task: str, *sources: str):  # type: ignore[no-untyped-def]
    def edit(notebook: NotebookNode) -> None:
        index = notebook.cells.index(cell_of(notebook, task))
        notebook.cells[index:index] = [new_code_cell(source) for source in sources]

    return edit


HONEST.add("warns", "prints warnings and writes on stderr in every call", answers={"double": """
import sys, warnings
def double(x):
    warnings.warn("careful")
    print("debug", x, file=sys.stderr)
    return 2 * x""".strip()})  # fmt: skip
HONEST.add("slow", "takes half a second a call", answers={"double": """
import time
def double(x):
    time.sleep(0.4)
    return 2 * x""".strip()})  # fmt: skip
HONEST.add("other_names", "functions of its own in cells of its own", edit=_extra_before(
    "double", "FACTOR = 2", "def twice(value):\n    return FACTOR * value"),
    answers={"double": "def double(x):\n    return twice(x)"})  # fmt: skip
HONEST.add("plots", "draws a figure", answers={"double": """
%matplotlib inline
plt.plot([1, 2], [3, 4])
plt.show()
def double(x):
    return 2 * x
plt.plot([1, 2])""".strip()})  # fmt: skip
HONEST.add("random", "uses random numbers without a seed", answers={"lengths": """
import random
def lengths(text):
    words = text.split(); random.shuffle(words); np.random.rand()
    return {word: len(word) for word in words}""".strip()})  # fmt: skip
HONEST.add("asks", "asks for input after its answer",
           answers={"double": "def double(x):\n    return 2 * x\n\nname = input('your name? ')"})  # fmt: skip
HONEST.add("notebook_magics", "uses magics and shell commands, as notebooks do", answers={"double": """
%matplotlib inline
%load_ext autoreload
!echo hello
!ls && no_such_program
%timeit -n 1 -r 1 pass
def double(x):
    return 2 * x
double?""".strip()})  # fmt: skip
HONEST.add("cell_magic", "measures the time of its cell",
           answers={"double": "%%time\ndef double(x):\n    return 2 * x"})  # fmt: skip
HONEST.add("recursion", "recursion of nine hundred calls", answers={"double": """
def double(x, depth=900):
    return double(x, depth - 1) if depth else 2 * x""".strip()})  # fmt: skip
HONEST.add("error_after", "an error after the answer", answers={
    "double": "def double(x):\n    return 2 * x\n\nprint(double(3))\nassert double(3) == 7"})  # fmt: skip
HONEST.add("syntax_error", "a syntax error in one answer", answers={"double": "def double(x) return 2 * x"},
           loses=("double",), reason="double|NameError")  # fmt: skip
HONEST.add("untouched", "nothing was done", answers={"double": "def double(x):\n    ...", "normalize": "",
           "lengths": "# later", "tally": "raise NotImplementedError"},
           loses=("double", "normalize", "lengths", "tally"))  # fmt: skip
HONEST.add("lambda", "functions that are lambdas, partials, callables and vectorised", answers={
    "double": "from operator import mul\nfrom functools import partial\ndouble = partial(mul, 2)",
    "lengths": "lengths = lambda text: dict((word, len(word)) for word in text.split())",
    "normalize": "class Normalize:\n    def __call__(self, rows):\n        return rows / rows.sum(axis=1, "
                 "keepdims=True)\nnormalize = Normalize()",
    "tally": "def Tally():\n    return Counting()\n\nclass Counting:\n"
             "    def __init__(self): self.words = []\n"
             "    def add(self, word): self.words.append(word)\n    def count(self, word): "
             "return self.words.count(word)\n    def total(self): return len(self.words)"})  # fmt: skip
HONEST.add("other_types", "values of other types that are as good", answers={
    "double": "def double(x):\n    return np.str_(x + x) if isinstance(x, str) else np.float64(2 * x)",
    "lengths": "from collections import Counter\ndef lengths(text):\n"
               "    return Counter({np.str_(w): np.int64(len(w)) for w in text.split()})",
    "normalize": "def normalize(rows):\n    return (rows.T / rows.sum(1)).T.astype(np.float32)"})  # fmt: skip
HONEST.add("fractions", "exact numbers where the test only compares", answers={
    "double": "from fractions import Fraction\ndef double(x):\n"
              "    return x + x if isinstance(x, str) else 2 * Fraction(x)"})  # fmt: skip
HONEST.add("class_is_a_dict", "a class that is a dict", answers={"tally": """
class Tally(dict):
    def add(self, word):
        self[word] = self.get(word, 0) + 1
    def count(self, word):
        return self.get(word, 0)
    def total(self):
        return sum(self.values())""".strip()})  # fmt: skip
HONEST.add("class_is_a_counter", "a dataclass around a Counter, with properties", answers={"tally": """
from collections import Counter
from dataclasses import dataclass, field
@dataclass
class Tally:
    seen: Counter = field(default_factory=Counter)
    def add(self, word): self.seen[word] += 1
    def count(self, word): return self.seen[word]
    def total(self): return self.seen.total()""".strip()})  # fmt: skip
HONEST.add("changes_its_argument", "changes the array that it is given", answers={"normalize": """
def normalize(rows):
    rows /= rows.sum(axis=1, keepdims=True)
    return rows""".strip()})  # fmt: skip
HONEST.add("globals", "counts its calls in a global name", answers={"double": """
calls = 0
def double(x):
    global calls
    calls += 1
    return 2 * x""".strip()})  # fmt: skip
HONEST.add("cached", "remembers results, and asks for itself by its name", answers={"lengths": """
from functools import lru_cache
@lru_cache
def length(word): return len(word)
def lengths(text): return {word: length(word) for word in text.split()}
assert lengths("a b") == {"a": 1, "b": 1}""".strip()})  # fmt: skip
HONEST.add("await", "awaits at the top of a cell", answers={"double": """
import asyncio
await asyncio.sleep(0.01)
def double(x):
    return 2 * x""".strip()},
    edit=_extra_before("tally", "await asyncio.sleep(0)"))  # fmt: skip
HONEST.add("windows_lines", "line ends and spaces of another system", answers={
    "double": "def double(x):\r\n\treturn 2 * x  \r\n"})  # fmt: skip
HONEST.add("unicode_names", "names and texts of another script", answers={
    "double": "def verdopple(größe):\n    '二倍'\n    return 2 * größe\n\ndouble = verdopple"})  # fmt: skip
HONEST.add("files", "writes a file where it works and reads it again", answers={"double": """
from pathlib import Path
Path("notes.txt").write_text("2")
def double(x):
    return int(Path("notes.txt").read_text()) * x""".strip()})  # fmt: skip
HONEST.add("seeds_and_settings", "changes seeds and options, makes warnings errors", answers={"double": """
import warnings
np.random.seed(0); np.set_printoptions(precision=1); np.seterr(all="raise")
warnings.simplefilter("error")
def double(x):
    return 2 * x""".strip()})  # fmt: skip
HONEST.add("threads_and_pools", "computes in threads", answers={"lengths": """
from concurrent.futures import ThreadPoolExecutor
def lengths(text):
    words = text.split()
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(words, pool.map(len, words)))""".strip()})  # fmt: skip
