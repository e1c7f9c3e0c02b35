"""How long a widget takes from a key press to the last change on screen.

    python benchmarks/widget_latency.py [--presses 50]

Each widget stands alone on a page in headless Chromium. A key is pressed, and two times are taken inside the
browser: the last change of the document, and the end of the frame in which it is painted. The second includes
the wait for the next frame, up to 17 ms at 60 Hz, whatever the widget does. To the last change, the goal is a
median under 16 ms and a 95th percentile under 33 ms.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rnn_course.text.sources import language_reference
from rnn_course.widgets.ngram_explorer import NgramExplorer
from rnn_course.widgets.quiz import quiz
from tests.browser.chromium import chromium
from tests.browser.stage import Stage

WATCH = """
() => {
  window.press = null;
  const begin = (event) => { window.press = { at: event.timeStamp, changed: null, painted: null }; };
  addEventListener("keydown", begin, true);
  new MutationObserver(() => {
    if (!window.press) return;
    window.press.changed = performance.now();
    const press = window.press;
    requestAnimationFrame(() => setTimeout(() => { press.painted = performance.now(); }));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
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


TEXT = "the value of the expression is a list of names in the module and of the class "
SLIDER = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"]
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
    Scenario(
        "quiz, choose and check", _question, "input[type=radio]", ["ArrowDown", "Enter", "ArrowUp", "Enter"]
    ),
]


def measure(browser: Any, scenario: Scenario, presses: int) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds from each key press to the last change, and to the end of its frame.

    A press that changes nothing (a radio button that only moves its dot) is not counted.
    """
    stage = Stage(browser, scenario.widget())
    page = stage.page
    page.locator(scenario.focus).first.focus()
    page.evaluate(WATCH)
    times = []
    for key in itertools.cycle(scenario.keys):
        page.keyboard.press(key)
        page.wait_for_timeout(30)
        press = page.evaluate("window.press")
        if press["changed"] is not None:
            if press["painted"] is None:
                page.wait_for_function("window.press.painted !== null")
                press = page.evaluate("window.press")
            times.append((press["changed"] - press["at"], press["painted"] - press["at"]))
        if len(times) == presses:
            break
    stage.close()
    if stage.problems:
        raise RuntimeError(f"{scenario.name}: {stage.problems}")
    changed, painted = np.array(times).T
    return changed, painted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=50)
    presses = parser.parse_args().presses
    print(f"{'milliseconds over ' + str(presses) + ' changes':54}{'last change':>16}{'painted':>16}")
    print(f"{'':54}{'median':>8}{'p95':>8}{'median':>8}{'p95':>8}")
    with chromium() as browser:
        for scenario in SCENARIOS:
            cells = [
                f"{np.percentile(times, q):8.1f}"
                for times in measure(browser, scenario, presses)
                for q in (50, 95)
            ]
            print(f"{scenario.name:54}{''.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
