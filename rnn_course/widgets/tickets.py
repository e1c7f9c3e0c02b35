"""A story that grows between a thing and its second naming: what networks say, what gradient is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import traitlets

from rnn_course.experiments.tickets_by_lag import Readers, readers_of_stories
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.printing import THINGS
from rnn_course.widgets.base import front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.settings import OneOf, Rule, SettingsWidget, Whole
from rnn_course.widgets.tickets_numbers import MOST_EVENTS, TicketNumbers, check_readers, measure

NEW, TRAINED = "before training", "after training"
PRESETS: dict[str, dict[str, Any]] = {
    "nothing in between": {"events": 0, "weights": TRAINED},
    "one event": {"events": 1, "weights": TRAINED},
    "four events": {"events": 4, "weights": TRAINED},
    "four events, before training": {"events": 4, "weights": NEW},
}


class TicketsAndLag(SettingsWidget):
    """She wanted to print her tickets; more and more happens; at last she printed her … what?

    What to look for: move the lag. The story grows in its middle, and each network is asked for its last
    word. The shade of a word is the share of the answer's gradient that is left at the state after it: follow
    it back from the end, and see where it goes dark. Then choose another thing, and see whether the answer
    changes with it: who names the same thing whatever was wanted has not heard it.

    Args:
        readers: networks with their first weights and trained, as `readers_of_stories` gives them; or one to
            three trained networks by name, of which nothing is known from before; an Elman network and a
            GRU that are trained for it (some ten seconds) if left out.
        thing: what is wanted, one of `rnn_course.tasks.printing.THINGS`.
        events: clauses in between, 0 to 6.
        weights: "before training" or "after training".

    Attributes:
        settings: the present settings as text; can be set.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if the readers are no such networks, or a setting is out of range.
        VocabularyError: if a reader does not know a word of the stories.
    """

    _esm = front_end("tickets.js")
    _css = style("tickets.css")

    readers: traitlets.List[str] = traitlets.List().tag(sync=True)
    stories: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    lags: traitlets.List[int] = traitlets.List().tag(sync=True)
    questions = traitlets.Int().tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    probabilities = traitlets.Bytes().tag(sync=True)
    shares = traitlets.Bytes().tag(sync=True)
    accuracy = traitlets.Bytes().tag(sync=True)

    thing = traitlets.Unicode().tag(sync=True)
    events = traitlets.Int().tag(sync=True)
    weights = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        readers: Readers | Mapping[str, RecurrentLM] | None = None,
        *,
        thing: str = THINGS[0],
        events: int = 0,
        weights: str = TRAINED,
        **kwargs: Any,
    ) -> None:
        checked = check_readers(_trained() if readers is None else readers)
        times = (NEW, TRAINED) if checked.new else (TRAINED,)
        self._numbers = measure([models for models in checked if models])
        rules: dict[str, Rule] = {
            "thing": OneOf(THINGS),
            "events": Whole(0, MOST_EVENTS),
            "weights": OneOf(times),
        }
        presets = {name: preset for name, preset in PRESETS.items() if preset["weights"] in times}
        super().__init__(
            rules,
            {"thing": thing, "events": events, "weights": weights},
            presets,
            readers=list(checked.trained),
            stories=[list(words) for words in self._numbers.stories],
            lags=[int(lag) for lag in self._numbers.lags],
            questions=self._numbers.questions,
            **pack(
                {
                    "probabilities": self._numbers.probabilities,
                    "shares": self._numbers.shares,
                    "accuracy": self._numbers.accuracy,
                }
            ),
            **kwargs,
        )
        self.finding = self._sentence(self._numbers)

    @property
    def numbers(self) -> TicketNumbers:
        """All that can be shown."""
        return self._numbers

    @traitlets.validate("thing", "events", "weights")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def text_alternative(self) -> str:
        """The sentence that the front end says of these settings."""
        return self._sentence(self._numbers)

    def _sentence(self, numbers: TicketNumbers) -> str:
        """What tickets_finding.js says, for where no browser says it."""
        time = len(numbers.probabilities) - 1 if self.weights == TRAINED else 0
        told = THINGS.index(self.thing)
        said = []
        for r, name in enumerate(self.readers):
            p = numbers.probabilities[time, r, self.events, told]
            named = THINGS[int(p.argmax())]
            left = left_in_words(float(numbers.shares[time, r, self.events, told, THING_AT]))
            right = round(100 * float(numbers.accuracy[time, r, self.events]))
            said.append(
                f"{name} names “{named}”, gives “{self.thing}” {p[told]:.2f}, gets {left} of the gradient "
                f"there, and is right in {right} % of new stories"
            )
        return f"{self.lags[self.events]} steps after “{self.thing}”, {self.weights}: {'; '.join(said)}."


THING_AT = 5
"""Where the thing stands among the words of a story."""


def left_in_words(share: float) -> str:
    """A share of any size for reading: `41 %`, `0.0031 %`, `less than 0.0001 %`."""
    percent = 100 * share
    if percent >= 9.95:
        return f"{percent:.0f} %"
    return f"{percent:#.2g} %" if percent >= 1e-4 else "less than 0.0001 %"


@cache
def _trained() -> Readers:
    return readers_of_stories()
