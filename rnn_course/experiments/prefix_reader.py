"""How to ask a network that reads both ways for the next word without telling it the answer."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.layers import log_softmax
from rnn_course.models.encoder import encoder_forward
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.softmax_loss import scores


class PrefixReader:
    """P(next token | all tokens before it), from a network that is shown these and nothing else.

        h = cell(<s> w_1 .. w_(t-1)) at its last token;   P(w_t | w_1 .. w_(t-1)) = softmax(U h + b_2)

    The state is the text since the last `<s>`. For each word all of it is read again, in both directions:
    what comes after is not there to be seen. So this is a language model whatever the cell, and its
    perplexity is an honest one. Of a cell that reads from the left it is the model's own.

    Args:
        model: of any cell, trained in any way.
    """

    def __init__(self, model: RecurrentLM) -> None:
        self.vocabulary = model.vocabulary
        self.model = model

    def initial_state(self) -> tuple[int, ...]:
        """`<s>` alone."""
        return (self.vocabulary.bos_id,)

    def advance(self, state: tuple[int, ...], token: int) -> tuple[int, ...]:
        """The text with one token more; after `</s>` it begins anew.

        Raises:
            VocabularyError: if the id lies outside the vocabulary.
        """
        self.vocabulary.check_id(token)
        ends = token in (self.vocabulary.bos_id, self.vocabulary.eos_id)
        return self.initial_state() if ends else (*state, token)

    def next_log_probs(self, state: tuple[int, ...]) -> Float[ndarray, " vocab"]:
        """log P(next token | the text so far) for every id, in nats; -inf for `<s>`."""
        params = self.model.params
        outputs, _ = encoder_forward(self.model.cell, params.encoder, np.array(state)[:, None])
        return log_softmax(scores(params.readout, outputs[-1], self.vocabulary.bos_id)[0])[0]
