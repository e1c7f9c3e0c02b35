"""Powers of a recurrent matrix under the hand: when gradients vanish, when they explode, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float
from numpy import ndarray

from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.powers_finding import Setting, finding
from rnn_course.widgets.powers_matrices import LARGEST_RADIUS, LONGEST, YOURS, Shown, kinds, yours
from rnn_course.widgets.settings import ON_OFF, OneOf, Real, Rule, SettingsWidget, Whole

NONLINEARITIES = ("linear", "tanh", "sigmoid")


class Powers(SettingsWidget):
    """W_h^l, the matrix that multiplies a gradient on its way l steps back.

    What to look for: choose *grows first*, and move the lag from 1 on. One step is decided by the singular
    values; the more steps, the more the eigenvalues decide, until the gradient is gone. Then pull the
    spectral radius over 1. At last choose tanh, and see what its slopes take away, whatever the matrix is.

    Who has how much of the say: the mean factor of a step, ||W_h^l||^(1/l), lies between the largest singular
    value (it is that at l = 1) and the spectral radius (it tends to that, Gelfand 1941), and is
    rho^w ||W_h||^(1-w) for some w from 0 to 1. That w is the eigenvalues' share.

    Args:
        W_h: a matrix of your own, at most 48 x 48; the others can still be chosen.
        inputs: what its network adds at each step, W_e e^(t) + b_1, [time, hidden], at least 60 steps; random
            numbers if left out. Of a trained `RecurrentLM`: `params.E[ids] @ W_e.T + b_1`.
        kind: "Gaussian", "orthogonal", "symmetric", "non-normal", "nilpotent", "trained Elman" or "yours".
        nonlinearity: "linear", "tanh" or "sigmoid".
        radius: the spectral radius, to which the matrix is scaled, from 0.5 to 2.09, that of the
            trained network. Where all eigenvalues are
            0, the largest singular value instead. If left out: that of your own matrix, else 0.9.
        lag: l, from 0 to 60.
        input_size: what the inputs are multiplied by, from 0 to 3; matters where there is a nonlinearity.
        own_scale: "on" colours W_h^l by its own largest entry, "off" by that of W_h.
        presets: settings by name; without it, one for each thing that there is to see.
        seed: draws the matrices, the inputs and the vector that is taken apart.

    Attributes:
        settings: the present settings as text, such as `kind="Gaussian", radius=0.9`; can be set.
        finding: the sentence under the curve.

    Raises:
        ShapeError, DataError: if W_h is not a square matrix of finite numbers, or is 0, or inputs do not fit.
        WidgetError: if a setting is out of its range, or the spectral radius of W_h is above 10.
    """

    _esm = front_end("powers.js")
    _css = style("powers.css")

    kinds: traitlets.List[dict[str, Any]] = traitlets.List(
        help="What is sent of each matrix besides its arrays."
    ).tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    matrices = traitlets.Bytes().tag(sync=True)
    eigenvalues = traitlets.Bytes().tag(sync=True)
    log_norms = traitlets.Bytes().tag(sync=True)
    vectors = traitlets.Bytes().tag(sync=True)
    inputs = traitlets.Bytes().tag(sync=True)

    kind = traitlets.Unicode().tag(sync=True)
    nonlinearity = traitlets.Unicode("linear").tag(sync=True)
    radius = traitlets.Float(1.0).tag(sync=True)
    lag = traitlets.Int(0).tag(sync=True)
    input_size = traitlets.Float(1.0).tag(sync=True)
    own_scale = traitlets.Unicode("off").tag(sync=True)

    def __init__(
        self,
        W_h: Float[ndarray, "hidden hidden"] | None = None,
        *,
        inputs: Float[ndarray, "time hidden"] | None = None,
        kind: str | None = None,
        nonlinearity: str = "linear",
        radius: float | None = None,
        lag: int = 10,
        input_size: float = 1.0,
        own_scale: str = "off",
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        if W_h is None and inputs is not None:
            raise WidgetError("inputs belong to a matrix of your own: give W_h too")
        own = () if W_h is None else (yours(W_h, inputs, seed),)
        self._shown: dict[str, Shown] = {shown.name: shown for shown in (*own, *kinds(seed))}
        natural = own[0].natural if own and kind in (None, YOURS) else None
        widest = [shown.natural for shown in self._shown.values() if shown.natural is not None]
        rules: dict[str, Rule] = {
            "kind": OneOf(tuple(self._shown)),
            "nonlinearity": OneOf(NONLINEARITIES),
            "radius": Real(
                min(0.5, float(np.floor(100 * min(widest)) / 100)),
                min(LARGEST_RADIUS, max(1.5, float(np.ceil(100 * max(widest)) / 100))),
            ),
            "lag": Whole(0, LONGEST),
            "input_size": Real(0.0, 3.0),
            "own_scale": ON_OFF,
        }
        values: dict[str, Any] = {
            "kind": kind or (YOURS if own else "Gaussian"),
            "nonlinearity": nonlinearity,
            "radius": (0.9 if natural is None else natural) if radius is None else radius,
            "lag": lag,
            "input_size": input_size,
            "own_scale": own_scale,
        }
        super().__init__(
            rules,
            values,
            things_to_see(self._shown) if presets is None else presets,
            kinds=[_described(shown) for shown in self._shown.values()],
            **pack(_arrays(tuple(self._shown.values()))),
            **kwargs,
        )

    @traitlets.validate("kind", "nonlinearity", "radius", "lag", "input_size", "own_scale")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def text_alternative(self) -> str:
        nonlinearity: Any = self.nonlinearity
        return finding(self._shown[self.kind], Setting(nonlinearity, self.radius, self.lag, self.input_size))


def things_to_see(shown: Mapping[str, Shown]) -> dict[str, dict[str, Any]]:
    """Settings by the name of what happens."""
    trained = shown["trained Elman"].natural
    presets: dict[str, dict[str, Any]] = {
        "vanish": {"kind": "Gaussian", "nonlinearity": "linear", "radius": 0.8, "lag": 30},
        "critical": {"kind": "orthogonal", "nonlinearity": "linear", "radius": 1.0, "lag": 60},
        "explode": {"kind": "Gaussian", "nonlinearity": "linear", "radius": 1.2, "lag": 30},
        "grows first": {"kind": "non-normal", "nonlinearity": "linear", "radius": 0.9, "lag": 6},
        "dead after 24": {"kind": "nilpotent", "nonlinearity": "linear", "radius": 1.3, "lag": 24},
        "tanh tames": {
            **{"kind": "Gaussian", "nonlinearity": "tanh", "radius": 1.2, "lag": 30},
            "input_size": 0.4,
        },
        "tanh unleashes": {
            **{"kind": "non-normal", "nonlinearity": "tanh", "radius": 0.9, "lag": 30},
            "input_size": 1.0,
        },
        "sigmoid": {
            **{"kind": "Gaussian", "nonlinearity": "sigmoid", "radius": 1.2, "lag": 4},
            "input_size": 1.0,
        },
        "trained": {
            **{"kind": "trained Elman", "nonlinearity": "tanh", "radius": trained, "lag": 20},
            "input_size": 1.0,
        },
    }
    if YOURS in shown:
        own = {"kind": YOURS, "nonlinearity": "linear", "radius": shown[YOURS].natural}
        presets = {"your matrix": own, **presets}
    return presets


def _described(shown: Shown) -> dict[str, Any]:
    return {
        "name": shown.name,
        "size": len(shown.W_h),
        "natural": shown.natural,
        "hasRadius": shown.has_radius,
        "hasBasis": bool(len(shown.log_c)),
        "sigma": shown.largest_singular_value,
        "dies": shown.dies,
        "steps": len(shown.inputs),
    }


def _arrays(shown: tuple[Shown, ...]) -> dict[str, ndarray]:
    """Each array of all kinds, laid end to end; `kinds` says where one ends."""
    no_basis = [each.log_c if len(each.log_c) else np.zeros(len(each.v)) for each in shown]
    return {
        "matrices": np.concatenate([each.W_h.ravel() for each in shown]),
        "eigenvalues": np.concatenate(
            [np.stack([each.eigenvalues.real, each.eigenvalues.imag], axis=1).ravel() for each in shown]
        ),
        "log_norms": np.stack([each.log_norms for each in shown]),
        "vectors": np.concatenate(
            [np.stack([each.v, log_c]).ravel() for each, log_c in zip(shown, no_basis, strict=True)]
        ),
        "inputs": np.concatenate([each.inputs.ravel() for each in shown]),
    }
