"""Open and shut the gates of an LSTM or a GRU, and see what becomes of its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.cells.gru import GRUParams
from rnn_course.cells.lstm import LSTMParams
from rnn_course.errors import VocabularyError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.gates_finding import forced_finding, retention_finding, step_finding, watch_finding
from rnn_course.widgets.gates_network import (
    MAX_STEPS,
    GatedNetwork,
    is_lowercase,
    network_of,
    pieces,
    unit_of,
)
from rnn_course.widgets.gates_trace import (
    FREE,
    GATES,
    STATES,
    THIS_UNIT,
    WHERE,
    GateTrace,
    run_gates,
    watched,
)
from rnn_course.widgets.settings import OneOf, Real, Rule, SettingsWidget, Text, Whole

BIAS = 6.0
ALL, THIS = WHERE
PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "lstm": {
        "free gates": {"f": FREE, "i": FREE, "o": FREE, "where": ALL, "bias": 0.0},
        "keep for ever": {"f": "open", "i": "shut", "o": FREE, "where": ALL, "bias": 0.0},
        "erase all": {"f": "shut", "i": FREE, "o": FREE, "where": ALL, "bias": 0.0},
        "erase one": {"f": "shut", "i": FREE, "o": FREE, "where": THIS, "bias": 0.0},
        "pile up": {"f": "open", "i": FREE, "o": FREE, "where": ALL, "bias": 0.0},
        "keep and hide": {"f": "open", "i": "shut", "o": "shut", "where": ALL, "bias": 0.0},
        "bias + 3": {"f": FREE, "i": FREE, "o": FREE, "where": ALL, "bias": 3.0},
    },
    "gru": {
        "free gates": {"u": FREE, "r": FREE, "where": ALL, "bias": 0.0},
        "keep for ever": {"u": "shut", "r": FREE, "where": ALL, "bias": 0.0},
        "renew all": {"u": "open", "r": FREE, "where": ALL, "bias": 0.0},
        "renew one": {"u": "open", "r": FREE, "where": THIS, "bias": 0.0},
        "hide the past": {"u": FREE, "r": "shut", "where": ALL, "bias": 0.0},
        "bias − 3": {"u": FREE, "r": FREE, "where": ALL, "bias": -3.0},
    },
}


class GateExplorer(SettingsWidget):
    """An LSTM or a GRU step by step on a sentence: what each gate erases, writes and lets through.

    What to look for: move the step, and follow one row of the strips from the left to the right: it is the
    cell's equation. Then hold the forget gate at 1 and the input gate at 0 from a step on: the memory stays
    as it is for ever, whatever is read, and the half-life in the sentence says so. Shut the forget gate, and
    all that was there before is gone. Add to the forget gate's bias, and see the half-life grow by a factor
    of about e with each unit. In a GRU one gate does both: u = 0 keeps.

    Two things remember: a gate that keeps, and a candidate that writes the same again. The share that is
    left counts the first alone, so that a unit whose share is small may still know.

    The cell runs in the browser, from the weights, so that the widget needs no kernel.

    Example:
        keeper = number_keeper()  # of rnn_course.experiments.number_keeper; three seconds
        GateExplorer(keeper.model, keeper.sentence, watch=keeper.watch, unit=keeper.unit, from_step=4)

    Args:
        network: a `RecurrentLM` over one LSTM or GRU of at most 32 units, or its weights alone.
        sentence: what a language model reads after `<s>`, at most 24 words; can be typed anew in the widget.
        x: what weights alone read, [time, embed].
        words: a name for each step of x.
        state_0: of weights alone: (h, c) or h before the first step; zeros if left out.
        watch: groups of words, such as {"singular verb": ["knows", "sees"]}: the sentence says how probable
            each is as the next word.
        step, unit: what is looked at, counted from 1; the last step and the first unit if left out.
        from_step: the gates are forced from here on, and the memory's half-life is measured from here.
        where: force "all units" or "this unit".
        bias: added to b_f, in a GRU to b_u.
        f, i, o: gates of the LSTM, each "free", "open" (1) or "shut" (0).
        u, r: those of the GRU.
        presets: settings by name, in place of the usual ones.

    Attributes:
        settings: the present settings as text; can be set.
        finding: the sentence under the widget.

    Raises:
        DataError: if the network is no LSTM or GRU, or numbers are not finite.
        ShapeError: if sizes disagree, or there are more than 32 units, 24 words or 25 steps.
        VocabularyError: if a watched word is not in the vocabulary.
        WidgetError: if arguments do not belong together, or a setting is not what it may be.

    Source: Hochreiter & Schmidhuber 1997; the forget gate: Gers et al. 2000, its bias: Jozefowicz et al.
        2015; the GRU: Cho et al. 2014.
    """

    _esm = front_end("gates.js")
    _css = style("gates.css")

    arrays = traitlets.Dict().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    E = traitlets.Bytes().tag(sync=True)
    start = traitlets.Bytes().tag(sync=True)
    U = traitlets.Bytes().tag(sync=True)
    b_2 = traitlets.Bytes().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    tokens: traitlets.List[str] = traitlets.List().tag(sync=True)
    unit_of_text = traitlets.Unicode().tag(sync=True)
    lowercase = traitlets.Bool().tag(sync=True)
    groups = traitlets.Dict().tag(sync=True)

    sentence = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)
    unit = traitlets.Int(1).tag(sync=True)
    from_step = traitlets.Int(1).tag(sync=True)
    where = traitlets.Unicode(WHERE[0]).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    f = traitlets.Unicode(FREE).tag(sync=True)
    i = traitlets.Unicode(FREE).tag(sync=True)
    o = traitlets.Unicode(FREE).tag(sync=True)
    u = traitlets.Unicode(FREE).tag(sync=True)
    r = traitlets.Unicode(FREE).tag(sync=True)

    def __init__(
        self,
        network: RecurrentLM | LSTMParams | GRUParams,
        sentence: str = "",
        *,
        x: ArrayLike | None = None,
        words: Sequence[str] | None = None,
        state_0: Any = None,
        watch: Mapping[str, Sequence[str]] | None = None,
        step: int | None = None,
        unit: int = 1,
        from_step: int = 1,
        where: str = WHERE[0],
        bias: float = 0.0,
        f: str = FREE,
        i: str = FREE,
        o: str = FREE,
        u: str = FREE,
        r: str = FREE,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        self._network = source = network_of(network, x, words, state_0)
        _check_sentence(source, sentence)
        self._groups = _groups(source, watch or {})
        gates = {"f": f, "i": i, "o": o, "u": u, "r": r}
        own = GATES[source.kind]
        _check_gates(source.kind, gates)
        typed: dict[str, Rule] = {"sentence": Text()} if source.vocabulary else {}
        # a typed sentence can become longer; inputs that are given stay as they are
        longest = MAX_STEPS if source.vocabulary else len(source.E)
        rules: dict[str, Rule] = {
            **typed,
            "step": Whole(1, longest),
            "unit": Whole(1, source.hidden_size),
            "from_step": Whole(1, longest),
            "where": OneOf(WHERE),
            "bias": Real(-BIAS, BIAS),
            **{gate: OneOf(STATES) for gate in own},
        }
        values = {
            **({"sentence": sentence} if source.vocabulary else {}),
            "step": len(source.read(sentence).ids) if step is None else step,
            "unit": unit,
            "from_step": from_step,
            "where": where,
            "bias": bias,
            **{gate: gates[gate] for gate in own},
        }
        vocabulary = source.vocabulary
        super().__init__(
            rules,
            values,
            PRESETS[source.kind] if presets is None else presets,
            **pack(_arrays(source, bool(watch))),
            kind=source.kind,
            tokens=list(source.tokens),
            unit_of_text=unit_of(vocabulary) if vocabulary else "",
            lowercase=bool(vocabulary and is_lowercase(vocabulary)),
            groups={name: ids.tolist() for name, ids in self._groups.items()},
            **kwargs,
        )

    @traitlets.validate("sentence", "step", "unit", "from_step", "where", "bias", "f", "i", "o", "u", "r")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def trace(self, *, free: bool = False) -> GateTrace:
        """The run that is shown; with `free`, the one with free gates that it is compared with."""
        source, ids = self._network, self._network.read(self.sentence).ids
        forced = {gate: FREE if free else getattr(self, gate) for gate in GATES[source.kind]}
        return run_gates(
            source,
            ids,
            bias=self.bias,
            forced=forced,
            since=min(self.from_step, len(ids)),
            unit=self.unit - 1 if self.where == THIS_UNIT else None,
        )

    def text_alternative(self) -> str:
        """The sentence that the front end says of these settings."""
        source = self._network
        ids, words, cut = source.read(self.sentence)
        step, since = min(self.step, len(ids)), min(self.from_step, len(ids))
        free, present = self.trace(free=True), self.trace()
        forced = {gate: getattr(self, gate) for gate in GATES[source.kind]}
        kept = present.kept[since - 1 :, self.unit - 1]
        with np.errstate(divide="ignore"):
            average = float(np.exp(np.mean(np.log(kept))))
        now, otherwise = (watched(source, trace.output[step], self._groups) for trace in (present, free))
        any_forced = any(state != FREE for state in forced.values())
        said = [
            step_finding(source.kind, present, words, step, self.unit),
            retention_finding(source.kind, average, present.half_life(self.unit - 1, since), since),
            forced_finding(source.kind, free, present, forced, self.where, since, self.unit),
            watch_finding(now, otherwise, words[step - 1], any_forced),
            f"Only the first {MAX_STEPS - 1} words are read." if cut else "",
        ]
        return " ".join(sentence for sentence in said if sentence)


def _arrays(source: GatedNetwork, with_readout: bool) -> dict[str, ndarray]:
    """The weights as one matrix [gates * hidden, hidden + embed + 1], a gate's rows being [W | U | b]."""
    p = source.params
    rows = [np.column_stack([p[k], p[k + 1], p[k + 2]]) for k in range(0, len(p), 3)]
    arrays = {"weights": np.concatenate(rows), "E": source.E, "start": source.start}
    if source.readout is not None and with_readout:
        arrays |= {"b_2": source.readout.b_2}
        if source.readout.U is not source.E:  # else E is both
            arrays |= {"U": source.readout.U}
    return arrays


def _check_sentence(source: GatedNetwork, sentence: str) -> None:
    if not isinstance(sentence, str):
        raise WidgetError(f"sentence is a text, got {sentence!r}")
    if source.vocabulary is None:
        if sentence:
            raise WidgetError("weights alone read x: leave out the sentence, and name the steps with words")
        return
    length = len(pieces(sentence, source.vocabulary))
    if length > MAX_STEPS - 1:
        raise WidgetError(f"the sentence has {length} words, at most {MAX_STEPS - 1} can be shown")


def _groups(source: GatedNetwork, watch: Mapping[str, Sequence[str]]) -> dict[str, ndarray]:
    if watch and source.vocabulary is None:
        raise WidgetError("weights alone predict no words: leave out watch")
    found = {}
    for name, group in watch.items():
        if isinstance(group, str) or not len(group):
            raise WidgetError(f"watch[{name!r}] is a list of words, got {group!r}")
        unknown = [word for word in group if source.vocabulary is None or word not in source.vocabulary]
        if unknown:
            raise VocabularyError(f"watch[{name!r}]: {unknown[0]!r} is not in the vocabulary")
        assert source.vocabulary is not None
        found[name] = np.array([source.vocabulary.id(word) for word in group])
    return found


def _check_gates(kind: str, gates: Mapping[str, str]) -> None:
    foreign = [gate for gate, state in gates.items() if gate not in GATES[kind] and state != FREE]
    if foreign:
        own = ", ".join(GATES[kind])
        raise WidgetError(
            f"{foreign[0]} is no gate of this network: the gates of its {kind.upper()} are {own}"
        )
