"""The numbers of W_h^l on the screen, against numpy; its widget's own Python takes no part in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy import ndarray

from rnn_course.widgets.base import front_end
from rnn_course.widgets.powers import Powers

from .stage import Stage


class State(NamedTuple):
    """Settings of the widget."""

    kind: str
    nonlinearity: str
    radius: float
    lag: int
    input_size: float = 1.0


STATES = [
    State("Gaussian", "linear", 0.9, 1),
    State("Gaussian", "linear", 0.8, 30),
    State("Gaussian", "linear", 1.2, 60),
    State("orthogonal", "linear", 1.0, 60),
    State("symmetric", "linear", 0.5, 60),
    State("symmetric", "linear", 1.37, 17),
    State("non-normal", "linear", 0.9, 6),
    State("non-normal", "linear", 1.5, 40),
    State("nilpotent", "linear", 1.3, 23),
    State("nilpotent", "linear", 1.3, 24),
    State("trained Elman", "linear", 1.1, 12),
    State("yours", "linear", 0.7, 9),
    State("Gaussian", "linear", 0.9, 0),
    State("Gaussian", "tanh", 1.2, 30),
    State("Gaussian", "tanh", 1.5, 60, 0.3),
    State("orthogonal", "tanh", 1.0, 40, 0.0),
    State("non-normal", "tanh", 0.9, 6),
    State("non-normal", "tanh", 0.9, 30),
    State("nilpotent", "tanh", 1.3, 12),
    State("nilpotent", "tanh", 1.3, 30),
    State("trained Elman", "tanh", 1.3, 20),
    State("Gaussian", "sigmoid", 1.5, 10, 3.0),
    State("yours", "sigmoid", 0.7, 60),
    State("symmetric", "tanh", 0.9, 0),
]


@pytest.fixture(scope="module")
def widget() -> Powers:
    return Powers(np.random.default_rng(7).standard_normal((13, 13)) / 5)


@pytest.fixture(scope="module")
def stage(browser: Any, widget: Powers) -> Iterator[Stage]:
    """One widget for all states, set as the kernel would set it."""
    stage = Stage(browser, widget)
    yield stage
    problems = stage.problems
    stage.close()
    assert problems == []


class Expected(NamedTuple):
    """What numpy says."""

    matrix: ndarray
    power: ndarray
    slopes: ndarray


def expected(widget: Powers, state: State) -> Expected:
    """W_h^l or the product of Jacobians, multiplied out."""
    first = {"matrices": 0, "inputs": 0}
    for kind in widget.kinds:
        if kind["name"] == state.kind:
            break
        first["matrices"] += kind["size"] ** 2
        first["inputs"] += kind["size"] * kind["steps"]
    n, steps = kind["size"], kind["steps"]
    W = np.frombuffer(widget.matrices)[first["matrices"] :][: n * n].reshape(n, n) * state.radius
    inputs = np.frombuffer(widget.inputs)[first["inputs"] :][: n * steps].reshape(steps, n) * state.input_size
    power = np.linalg.matrix_power(W, state.lag)
    if state.nonlinearity == "linear":
        return Expected(power, power, np.ones((max(state.lag, 1), n)))
    h, slopes = np.zeros(n), []
    for x in inputs:
        z = W @ h + x
        h = np.tanh(z) if state.nonlinearity == "tanh" else 1 / (1 + np.exp(-z))
        slopes.append(1 - h**2 if state.nonlinearity == "tanh" else h * (1 - h))
    product = np.eye(n)
    for back in range(state.lag):
        product = product @ np.diag(slopes[-1 - back]) @ W
    return Expected(product, power, np.array(slopes[len(slopes) - max(state.lag, 1) :][::-1]))


def log_norm(matrix: ndarray) -> float:
    norm = np.linalg.norm(matrix, 2)
    return float(np.log(norm)) if norm else -np.inf


def on_screen(stage: Stage, line: str) -> tuple[float, str]:
    """A line's value in the legend: its logarithm in full, and as it is written."""
    log, text = stage.page.locator(f"[data-line={line}] .rnn-powers-value").evaluate(
        "node => [node.dataset.log, node.textContent]"
    )
    return float(log), text


@pytest.mark.parametrize("state", STATES, ids=lambda state: "-".join(map(str, state)))
def test_the_legend_and_the_sentence(stage: Stage, widget: Powers, state: State) -> None:
    stage.set(**state._asdict())
    found = expected(widget, state)
    n = len(found.matrix)
    one = expected(widget, state._replace(lag=1)).power
    gamma = 0.25 if state.nonlinearity == "sigmoid" else 1
    rho = abs(np.linalg.eigvals(one)).max() if state.kind != "nilpotent" else 0
    with np.errstate(divide="ignore"):
        values = {
            "norm": log_norm(found.matrix),
            "without": log_norm(found.power),
            "rho": state.lag * np.log(rho) if state.lag else 0,
            "most": state.lag * np.log(gamma * np.linalg.norm(one, 2)),
        }
    for line, value in values.items():
        log, text = on_screen(stage, line)
        np.testing.assert_allclose(log, value, atol=1e-6, err_msg=line)
        written = float(text.replace("·10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
        np.testing.assert_allclose(written, np.exp(log), rtol=0.051)
    sentence = stage.trait("finding")
    if state.lag:
        assert on_screen(stage, "norm")[1] in sentence or "exactly 0" in sentence
    if state.nonlinearity != "linear" and state.lag:
        assert f"slopes in between are {found.slopes.mean():.2f}" in sentence
    if state.nonlinearity == "linear" and state.kind in ("Gaussian", "non-normal") and state.lag:
        per_step, most = values["norm"] / state.lag, values["most"] / state.lag
        share = 100 * (most - per_step) / (most - np.log(rho))
        assert f"the eigenvalues have {share:.0f} % of the say" in sentence

    # and the page without JavaScript says the same
    for name, value in state._asdict().items():
        setattr(widget, name, value)
    assert widget.text_alternative() == sentence
    assert n == (13 if state.kind == "yours" else 24)


READ = """
async ({ module, settings }) => {
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const { PowersNumbers, readKinds } = await import(url);
  const numbers = new PowersNumbers(readKinds(model));
  return settings.map((setting) => {
    numbers.set(setting);
    const { entries, logScale } = numbers.matrix;
    return {
      entries: [...entries], scale: Math.exp(logScale), applied: [...numbers.applied.entries],
      parts: numbers.kind.hasBasis ? [...numbers.logParts] : null,
      slopes: numbers.linear ? null : [...numbers.slopes],
      logNorms: [...numbers.logProducts],
    };
  });
}"""


def test_the_matrices_that_are_coloured_and_the_bars(stage: Stage, widget: Powers) -> None:
    module = front_end("powers_numbers.js") + "\nexport { PowersNumbers, readKinds };"
    settings = [state._asdict() for state in STATES]
    for state, found in zip(
        STATES, stage.page.evaluate(READ, {"module": module, "settings": settings}), strict=True
    ):
        exact = expected(widget, state)
        n, size = len(exact.matrix), abs(exact.matrix).max()
        entries = found["scale"] * np.array(found["entries"]).reshape(n, n)
        np.testing.assert_allclose(entries, exact.matrix, rtol=0, atol=1e-6 * size)
        at_every_lag = [log_norm(expected(widget, state._replace(lag=lag)).matrix) for lag in (0, 5, 33)]
        np.testing.assert_allclose([found["logNorms"][lag] for lag in (0, 5, 33)], at_every_lag, atol=1e-6)
        if found["slopes"]:
            np.testing.assert_allclose(found["slopes"], exact.slopes[-1], atol=1e-7)
        elif found["parts"]:
            vectors = np.frombuffer(widget.vectors)
            v = _part(widget, vectors, state.kind)
            W = expected(widget, state._replace(lag=1)).power
            eigenvalues, Q = np.linalg.eig(W)
            parts = abs(np.linalg.solve(Q, v) * eigenvalues**state.lag)
            order = np.argsort(-abs(eigenvalues), kind="stable")
            got = np.exp(found["parts"])
            np.testing.assert_allclose(np.sort(got), np.sort(parts), rtol=1e-6, atol=1e-12 * parts.max())
            np.testing.assert_allclose(got[0], parts[order][:2].max(), rtol=1e-6)
            length = np.linalg.norm(exact.matrix @ v)
            assert found["scale"] * np.linalg.norm(found["applied"]) == pytest.approx(length, rel=1e-8)


def _part(widget: Powers, vectors: ndarray, name: str) -> ndarray:
    """The vector v of a kind."""
    start = 0
    for kind in widget.kinds:
        if kind["name"] == name:
            return vectors[start : start + kind["size"]]
        start += 2 * kind["size"]
    raise KeyError(name)


def test_the_largest_singular_value_of_any_matrix(stage: Stage) -> None:
    module = front_end("powers_norm.js") + "\nexport { SpectralNorm };"
    rng = np.random.default_rng(0)
    tried = [rng.standard_normal((n, n)) for n in (1, 2, 3, 7, 24, 48)]
    tried += [np.eye(5), np.zeros((4, 4)), np.ones((6, 6)), np.diag([1, 1, 1 - 1e-9, 0]), np.eye(9, k=-1)]
    tried += [
        np.outer(rng.standard_normal(12), rng.standard_normal(12)),
        1e-120 * rng.standard_normal((3, 3)),
        1e120 * rng.standard_normal((3, 3)),
    ]
    rotation, other = (np.linalg.qr(rng.standard_normal((48, 48)))[0] for _ in range(2))
    close = [1.0, 1 - 1e-13, 1 - 1e-6, 0.999]
    tried += [
        rotation,
        rotation @ np.diag([*close, *np.linspace(0.99, 0, 44)]) @ other,
        rotation @ np.diag([1 + 1e-9, *np.ones(47)]) @ other,
        rotation @ np.diag(0.5 ** np.arange(48)) @ rotation.T,
        rotation @ np.diag([1, -1, *np.linspace(-0.9, 0.9, 46)]) @ rotation.T,
        np.linalg.matrix_power(rng.standard_normal((48, 48)) / 7, 60),
        np.triu(np.ones((48, 48))),
    ]
    found = stage.page.evaluate(
        """async ({ module, matrices }) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const { SpectralNorm } = await import(url);
          const alone = matrices.map((rows) => new SpectralNorm(rows.length).of(rows));
          const one = new SpectralNorm(48); // one for all, as the widget has it
          const together = matrices.map((rows, i) => (rows.length === 48 ? one.of(rows) : alone[i]));
          return [alone, together];
        }""",
        {"module": module, "matrices": [matrix.tolist() for matrix in tried]},
    )
    expected = [np.linalg.norm(matrix, 2) for matrix in tried]
    np.testing.assert_allclose(found, [expected, expected], rtol=1e-12, atol=1e-300)


def test_no_larger_singular_value_is_overlooked(stage: Stage) -> None:
    """A matrix whose largest singular vector is at right angles to where the search begins."""
    module = front_end("powers_norm.js") + "\nexport { SpectralNorm };"
    found = stage.page.evaluate(
        """async ({ module, sizes }) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const { SpectralNorm } = await import(url);
          return sizes.map(([n, more]) => {
            const norm = new SpectralNorm(n);
            // A is 1 along q, where the search begins, more along r at right angles to it, and 0 elsewhere
            const q = [...norm.basis[0]];
            const r = q.map((_, i) => (i < 2 ? q[1 - i] * (i ? -1 : 1) : 0));
            const square = r.reduce((sum, x) => sum + x * x, 0);
            return norm.of(q.map((x, i) => q.map((y, j) => x * y + (more * r[i] * r[j]) / square)));
          });
        }""",
        {"module": module, "sizes": [(2, 1.5), (7, 1.001), (48, 1 + 1e-6), (48, 3)]},
    )
    np.testing.assert_allclose(found, [1.5, 1.001, 1 + 1e-6, 3], rtol=1e-12)
