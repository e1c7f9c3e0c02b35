"""How long a widget takes from a key press to the last change on screen.

    python benchmarks/widget_latency.py [--presses 50]

Each widget stands alone on a page in headless Chromium. A key is pressed, and two times are taken inside the
browser: the last change of the document, and the end of the frame in which it is painted. The second includes
the wait for the next frame, up to 17 ms at 60 Hz, whatever the widget does. To the last change, the goal is a
median under 16 ms and a 95th percentile under 33 ms.

Then, in JupyterLab with a kernel, W_h^l as a widget of the course beside the same picture by ipywidgets'
`interact` and matplotlib.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rnn_course.experiments.characters import learn_to_write
from rnn_course.experiments.number_keeper import number_keeper
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.sources import language_reference, standard_library_source
from rnn_course.widgets.bptt_bars import BpttBars
from rnn_course.widgets.cliff import ClippingCliff
from rnn_course.widgets.depth_skips import DepthAndSkips
from rnn_course.widgets.gates import GateExplorer
from rnn_course.widgets.gradient_flow import GradientFlow
from rnn_course.widgets.ngram_explorer import NgramExplorer
from rnn_course.widgets.perplexity_gallery import PerplexityGallery
from rnn_course.widgets.powers import Powers
from rnn_course.widgets.quiz import quiz
from rnn_course.widgets.sampling import Sampler
from rnn_course.widgets.tickets import TicketsAndLag
from rnn_course.widgets.two_sided import TwoSidedContext
from rnn_course.widgets.unrolled import Unrolled
from tests.browser.chromium import chromium
from tests.browser.lab import lab
from tests.browser.stage import Stage

WATCH = """
(root) => {
  window.press = null;
  const begin = (event) => { window.press = { at: event.timeStamp, changed: null, painted: null }; };
  addEventListener("keydown", begin, true);
  const spoken = (change) => change.target.closest?.(".rnn-unseen-by-eye"); // waits for the hand to rest
  const what = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver((changes) => {
    if (!window.press || changes.every(spoken)) return;
    window.press.changed = performance.now();
    const press = window.press;
    requestAnimationFrame(() => setTimeout(() => { press.painted = performance.now(); }));
  }).observe(document.querySelector(root), what);
}
"""


class Scenario(NamedTuple):
    """A widget, what has the focus, and the keys that are pressed."""

    name: str
    widget: Callable[[], Any]
    focus: str
    keys: Iterable[str]


def _explorer(**settings: Any) -> Callable[[], Any]:
    return lambda: NgramExplorer(language_reference(), **settings)


def _question() -> Any:
    return quiz("Which?", {"This": "No.", "That": "No.", "The third": "Yes."}, correct="The third")


def _gallery() -> Any:
    corpus = language_reference()
    return PerplexityGallery(KneserNey.fit(corpus.train, corpus.vocabulary, order=3))


def _sampler() -> Any:
    corpus = standard_library_source(max_characters=200_000)
    writing = learn_to_write(corpus, updates=(0, 30), hidden_size=128, held_out=1_000)
    return Sampler({f"after {s.updates}": s.model for s in writing.stages}, text="def ", temperature=0.8)


def _gates() -> Any:
    keeper = number_keeper()
    return GateExplorer(keeper.model, keeper.sentence, watch=keeper.watch, unit=keeper.unit, from_step=4)


def _own_matrix() -> Any:
    W_h = np.random.default_rng(0).normal(size=(48, 48)) / np.sqrt(48)
    return Powers(W_h, nonlinearity="tanh")


def slider(name: str) -> str:
    """The slider whose label holds `name`."""
    return f'label:has-text("{name}") input[type=range]'


TEXT = "the value of the expression is a list of names in the module and of the class "
SLIDER = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"]
BACK = ["ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight"]
SCENARIOS = [
    Scenario("n-gram explorer, typing, MLE", _explorer(), "input[type=text]", TEXT),
    Scenario("n-gram explorer, order, MLE", _explorer(context=TEXT, order=2), "input[type=range]", SLIDER),
    Scenario(
        "n-gram explorer, typing, add-k and Kneser-Ney, n = 5",
        _explorer(order=5, smoothing="add-k", compare="kneser-ney"),
        "input[type=text]",
        TEXT,
    ),
    Scenario(
        "n-gram explorer, order, add-k and Kneser-Ney",
        _explorer(context=TEXT, order=2, smoothing="add-k", compare="kneser-ney"),
        "input[type=range]",
        SLIDER,
    ),
    Scenario("W_h^l, lag, linear", Powers, slider("Lag"), SLIDER),
    Scenario("W_h^l, spectral radius, linear", Powers, slider("Spectral radius"), SLIDER),
    Scenario(
        "W_h^l, spectral radius, tanh", lambda: Powers(nonlinearity="tanh"), slider("Spectral radius"), SLIDER
    ),
    Scenario("W_h^l, 48 x 48 of one's own, tanh", _own_matrix, slider("Spectral radius"), SLIDER),
    Scenario("perplexity gallery, a mistake", _gallery, "input[type=checkbox]", [" "]),
    Scenario("unrolled network, step", Unrolled, slider("Step"), BACK),
    Scenario("BPTT bars, truncation", BpttBars, slider("Look back"), SLIDER),
    Scenario("sampling, temperature, 200 characters, H = 128", _sampler, slider("Temperature"), BACK),
    Scenario("sampling, every text a new one", _sampler, "input[type=number]", ["ArrowUp"]),
    Scenario("her tickets, lag", TicketsAndLag, slider("Lag"), SLIDER),
    Scenario("gradient flow, word", GradientFlow, slider("Loss at"), BACK),
    Scenario("clipping cliff, start", ClippingCliff, slider("Start w"), SLIDER),
    Scenario("clipping cliff, learning rate", ClippingCliff, slider("Learning rate"), SLIDER),
    Scenario("gate explorer, unit", _gates, slider("Unit"), BACK),
    Scenario("gate explorer, bias", _gates, slider("Added to"), SLIDER),
    Scenario("bidirectional context, word", TwoSidedContext, slider("Word"), BACK),
    Scenario("depth and skips, depth", DepthAndSkips, slider("Depth"), BACK),
    Scenario(
        "quiz, choose and check", _question, "input[type=radio]", ["ArrowDown", "Enter", "ArrowUp", "Enter"]
    ),
]


INTERACT = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact

W = np.random.default_rng(0).normal(size=(32, 32))
W /= np.abs(np.linalg.eigvals(W)).max()


@interact(lag=(0, 60), radius=(0.5, 1.5, 0.01))
def draw(lag=10, radius=0.9):
    powers = [np.linalg.matrix_power(radius * W, l) for l in range(61)]
    values = np.linalg.eigvals(radius * W)
    figure, (heat, decay, plane) = plt.subplots(1, 3, figsize=(12, 4))
    heat.imshow(powers[lag], cmap="RdBu")
    decay.semilogy([np.linalg.norm(P, 2) for P in powers])
    decay.axvline(lag)
    plane.scatter(values.real, values.imag)
    plt.show()
"""
COURSE = "from rnn_course.widgets.powers import Powers\n\nPowers()"


def measure(browser: Any, scenario: Scenario, presses: int) -> np.ndarray:
    """Milliseconds from each key press to the last change and to the end of its frame, [presses, 2].

    A press that changes nothing (a radio button that only moves its dot) is not counted.
    """
    stage = Stage(browser, scenario.widget())
    stage.page.locator(scenario.focus).first.focus()
    times = _press(stage.page, "body", scenario.keys, presses, settle=30)
    stage.close()
    if stage.problems:
        raise RuntimeError(f"{scenario.name}: {stage.problems}")
    return times


def _press(page: Any, root: str, keys: Iterable[str], presses: int, settle: float) -> np.ndarray:
    page.evaluate(WATCH, root)
    times = []
    for key in itertools.cycle(keys):
        page.keyboard.press(key)
        page.wait_for_timeout(settle)
        press = page.evaluate("window.press")
        if press["changed"] is not None:
            if press["painted"] is None:
                page.wait_for_function("window.press.painted !== null")
                press = page.evaluate("window.press")
            times.append((press["changed"] - press["at"], press["painted"] - press["at"]))
        if len(times) == presses:
            return np.array(times)
    raise AssertionError("there are no keys")


def in_jupyterlab(browser: Any, cell: str, focus: str, presses: int) -> np.ndarray:
    """The same with a kernel: key presses on a control of what the cell shows."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as running:
        nbformat.write(new_notebook(cells=[new_code_cell(cell)], metadata=kernel), running.root / "one.ipynb")
        with running.open(browser, "one.ipynb") as notebook:
            notebook.run_all()
            control = notebook.page.locator(focus).first
            control.wait_for()
            control.focus()
            return _press(notebook.page, ".jp-OutputArea", SLIDER, presses, settle=1500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=50)
    presses = parser.parse_args().presses
    print(f"{'milliseconds over ' + str(presses) + ' changes':54}{'last change':>16}{'painted':>16}")
    print(f"{'':54}{'median':>8}{'p95':>8}{'median':>8}{'p95':>8}")
    with chromium() as browser:
        for scenario in SCENARIOS:
            report(scenario.name, measure(browser, scenario, presses))
        few = max(5, presses // 3)
        lag = slider("Lag")
        report("in JupyterLab: W_h^l, lag", in_jupyterlab(browser, COURSE, lag, few))
        report(
            "in JupyterLab: interact and matplotlib", in_jupyterlab(browser, INTERACT, "[role=slider]", few)
        )


def report(name: str, times: np.ndarray) -> None:
    """A line of the table."""
    cells = [f"{np.percentile(column, q):8.1f}" for column in times.T for q in (50, 95)]
    print(f"{name:54}{''.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
