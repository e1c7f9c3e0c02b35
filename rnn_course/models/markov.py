"""The Markov assumption: the next word depends on the last n - 1 words only."""

from __future__ import annotations

from rnn_course.text.vocabulary import Vocabulary

Context = tuple[int, ...]


class MarkovModel:
    """P(w_t | w_1 .. w_(t-1)) = P(w_t | w_(t-n+1) .. w_(t-1)): the state is the last at most n - 1 ids.

    It begins as (<s>,) and is shorter than n - 1 near a sentence's beginning, where there is nothing else to
    remember. A unigram model (n = 1) remembers nothing.
    """

    vocabulary: Vocabulary
    order: int

    def initial_state(self) -> Context:
        """(<s>,), or () for a unigram model."""
        return (self.vocabulary.bos_id,) if self.order > 1 else ()

    def advance(self, state: Context, token: int) -> Context:
        """The state one token later. `</s>` ends the sentence, and the state is the initial one again.

        Raises:
            VocabularyError: if the id lies outside the vocabulary.
        """
        self.vocabulary.check_id(token)
        if token in (self.vocabulary.bos_id, self.vocabulary.eos_id):
            return self.initial_state()
        return (*state, int(token))[-(self.order - 1) :] if self.order > 1 else ()
