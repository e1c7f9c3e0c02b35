"""The tagger and the sentence classifier in torch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from rnn_course.models.classifier import Classifier as NumpyClassifier
from rnn_course.models.labeller import Labeller as NumpyLabeller
from rnn_course.models.labeller import LabellerParams
from rnn_course.models.labels import share_of_hits
from rnn_course.models.sentence_batches import check_padded, inside
from rnn_course.models.tagger import Tagger as NumpyTagger
from rnn_course.text.batching import Padded
from rnn_course.torch_models.encoder import Encoder
from rnn_course.torch_models.module import LossTensors, check_ids, readout, softmax_loss, to_array


class Labeller(Encoder):
    """softmax(U v + b_2) over labels, for vectors v that a subclass takes from a cell's outputs.

    Args:
        model: the numpy twin, whose parameters are copied and whose settings are taken over.
        dtype, device, fused: as for `Encoder`.
    """

    U: Tensor
    b_2: Tensor

    def __init__(
        self,
        model: NumpyLabeller,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
        fused: bool = False,
    ) -> None:
        settings: Any = {"dtype": dtype, "device": device}
        super().__init__(model.cell, model.params.encoder, dropout=model.dropout, fused=fused, **settings)
        self.vocabulary = model.vocabulary
        self.labels = model.labels
        self.register({"U": model.params.U, "b_2": model.params.b_2}, **settings)

    @classmethod
    def from_numpy(cls, model: NumpyLabeller, **options: Any) -> Self:
        """The torch twin of a numpy model, with a copy of its parameters; options as for the class."""
        return cls(model, **options)

    def to_numpy(self) -> LabellerParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        E, cell = super().to_numpy()
        return LabellerParams(E, cell, to_array(self.U), to_array(self.b_2))

    def gradients_to_numpy(self) -> LabellerParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        E, cell = super().gradients_to_numpy()
        U, b_2 = (to_array(tensor, gradient=True) for tensor in (self.U, self.b_2))
        return LabellerParams(E, cell, U, b_2)

    def forward(self, batch: Any, state: None = None) -> LossTensors:
        """J, the mean over all labels of a batch. There is no state: sentences are whole."""
        targets = self.targets(batch)
        loss = softmax_loss(self.vectors(batch.words), self.U, self.b_2, targets)
        return LossTensors(loss, len(targets), None)

    def vectors(self, words: Padded) -> Tensor:
        """What labels are predicted of, [rows, output]."""
        raise NotImplementedError

    def targets(self, batch: Any) -> ndarray:
        """The right label of each vector."""
        raise NotImplementedError

    def row_log_probs(self, words: Padded) -> Float[ndarray, "rows labels"]:
        """log P(label) of each vector, in nats."""
        with self.scoring():
            z = readout(self.vectors(words), self.U, self.b_2)
            return z.double().log_softmax(-1).cpu().numpy()

    def accuracy(self, batches: Iterable[Any]) -> float:
        """The share of labels that are right, over all batches.

        Raises:
            DataError: if there are no batches.
        """
        return share_of_hits(
            self.row_log_probs(batch.words).argmax(axis=1) == self.targets(batch) for batch in batches
        )

    def _outputs(self, words: Padded) -> Tensor:
        check_padded(type(self).__name__, words)
        check_ids(self.vocabulary, words.ids)
        return self.encode(words.ids, None, words.lengths)[0]


class Tagger(Labeller):
    """P(tag of word t) = softmax(U h^(t) + b_2); see `models.tagger`. Its batches are `TaggedBatch`es."""

    def vectors(self, words: Padded) -> Tensor:
        """The output at each word, padding left out."""
        return self._outputs(words)[self.tensor(inside(words))]

    def targets(self, batch: Any) -> ndarray:
        """The tag of each word."""
        return batch.tags[inside(batch.words)]

    def numpy_twin(self) -> NumpyTagger:
        """The numpy twin, with a copy of the parameters."""
        settings: Any = {"dropout": self.dropout}
        return NumpyTagger(self.vocabulary, self.labels, self.cell_of_twin, self.to_numpy(), **settings)


class Classifier(Labeller):
    """P(label) = softmax(U v + b_2); see `models.classifier`. Its batches are `LabelledBatch`es."""

    def __init__(self, model: NumpyClassifier, **options: Any) -> None:
        super().__init__(model, **options)
        self.encoding = model.encoding

    def vectors(self, words: Padded) -> Tensor:
        """One vector for each sentence: its final state, the maximum or the mean, see `pool_forward`."""
        outputs = self._outputs(words)
        mask = self.tensor(inside(words))[..., None]
        if self.encoding == "max":
            return outputs.masked_fill(~mask, -torch.inf).max(dim=0).values
        if self.encoding == "mean":
            lengths = self.tensor(words.lengths).to(outputs.dtype)
            return outputs.masked_fill(~mask, 0).sum(dim=0) / lengths[:, None]
        final = outputs[self.tensor(words.lengths) - 1, torch.arange(outputs.shape[1], device=outputs.device)]
        if not self.cell_of_twin.sees_future:
            return final
        half = outputs.shape[-1] // 2  # right to left, all has been read at the first word
        return torch.cat([final[:, :half], outputs[0, :, half:]], dim=-1)

    def targets(self, batch: Any) -> ndarray:
        """The label of each sentence."""
        return batch.labels

    def numpy_twin(self) -> NumpyClassifier:
        """The numpy twin, with a copy of the parameters."""
        settings: Any = {"encoding": self.encoding, "dropout": self.dropout}
        return NumpyClassifier(self.vocabulary, self.labels, self.cell_of_twin, self.to_numpy(), **settings)
