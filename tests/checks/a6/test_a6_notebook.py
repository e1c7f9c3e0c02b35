"""What is special to a6: worked values, the given cell, the package's own networks, the written question."""

import ast
from typing import Any

import numpy as np
import pytest

from assignments import cell, run_to_the_tests, source
from rnn_course.beam_search import beam_search
from rnn_course.cells.bidirectional import BidirectionalParams, bidirectional
from rnn_course.cells.cell import TAUGHT_CELLS
from rnn_course.cells.elman import ElmanParams
from rnn_course.cells.stacked import StackedParams, stacked_forward
from rnn_course.checks.a6 import ASSIGNMENT, TASKS, given
from rnn_course.checks.a6.look_ahead import suspect
from rnn_course.experiments import two_sided
from rnn_course.layers import ReadoutParams
from rnn_course.lm import sequence_log_probs
from rnn_course.models.encoder import EncoderParams
from rnn_course.models.labeller import LabellerParams
from rnn_course.models.labels import Labels
from rnn_course.models.pooling import pool_backward, pool_forward
from rnn_course.models.recurrent import RecurrentLM, RecurrentParams
from rnn_course.models.sentence_batches import PairBatch, TaggedBatch
from rnn_course.models.seq2seq import Seq2Seq, Seq2SeqParams
from rnn_course.models.tagger import Tagger
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary

BY_NAME = {task.name: task for task in TASKS}
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def ns() -> dict[str, Any]:
    return run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))


def cell_of(params: dict[str, np.ndarray]) -> ElmanParams:
    return ElmanParams(params["W_h"], params["W_e"], params["b_1"])


def vocabulary(size: int) -> Vocabulary:
    return Vocabulary([f"w{number}" for number in range(size - 3)])


def padded(ids: np.ndarray, lengths: np.ndarray) -> Padded:
    return Padded(ids, lengths, np.arange(len(lengths)))


def test_points() -> None:
    points = {task.name: task.points for task in TASKS}
    assert points["tag_probs"] + points["tag_loss"] == 15
    assert points["encode"] + points["encode_backward"] == 20
    assert (points["bidirectional"], points["stacked"], points["look_ahead"]) == (15, 15, 10)
    assert points["conditional"] + points["translate"] == 15


def test_the_given_functions_are_those_that_the_checks_know() -> None:
    """Line for line, but for annotations and docstrings."""

    def bodies(text: str) -> dict[str, list[str]]:
        found = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = [ast.unparse(line) for line in node.body[1:]]
                assert ast.get_docstring(node)
        return found

    theirs = bodies(cell(source(ASSIGNMENT), "a6_setup").source)
    assert theirs.keys() == {"elman_states", "log_softmax", "log_probs"}
    assert given.__file__ is not None
    with open(given.__file__, encoding="utf-8") as file:
        assert bodies(file.read()) == theirs


def test_the_toy_is_the_one_that_the_checks_know(ns: dict[str, Any]) -> None:
    for theirs, ours in (
        (ns["toy_encoder"], given.TOY_ENCODER),
        (ns["toy_decoder"], given.TOY_DECODER),
    ):
        assert theirs.keys() == ours.keys()
        assert all(np.array_equal(theirs[name], ours[name]) for name in ours)
    assert (ns["english"], ns["spanish"]) == (given.ENGLISH, given.SPANISH)


def test_the_worked_values_of_the_texts(ns: dict[str, Any]) -> None:
    """Every number that a text states in words comes out of the solution."""
    (probs,) = ns["tag_probs"](*BY_NAME["tag_probs"].example(1))
    assert probs[0] == pytest.approx([3 / 4, 1 / 4])
    J, accuracy = ns["tag_loss"](*BY_NAME["tag_loss"].example(1))
    assert pytest.approx(1.3863, abs=5e-5) == J
    assert accuracy == 3 / 4
    assert (np.log(2) + np.log(32)) / 2 == pytest.approx(2.0794, abs=5e-5)
    h, lengths = np.array([0.6, -0.3, 0.3, 0.9])[:, None, None], np.array([3])
    for how, vector, gradient in (
        ("final", 0.3, [0, 0, 1.2, 0]),
        ("max", 0.6, [1.2, 0, 0, 0]),
        ("mean", 0.2, [0.4, 0.4, 0.4, 0]),
    ):
        assert ns["encode"](h, lengths, how) == pytest.approx(vector)
        assert ns["encode_backward"](np.array([[1.2]]), h, lengths, how).ravel() == pytest.approx(gradient)
    both = ns["bidirectional"](*BY_NAME["bidirectional"].example(1))
    assert both[:, 0] == pytest.approx(np.array([[0.7616, -0.7616], [0.6420, 0]]), abs=5e-5)
    for number, top in ((1, 0.6420), (2, 2.7043), (3, 0.9427)):
        y, h_n = ns["stacked"](*BY_NAME["stacked"].example(number))
        assert y == pytest.approx(top, abs=5e-5)
        if number == 2:
            assert [float(state[0, 0]) for state in h_n] == pytest.approx([0.7616, 0.9427], abs=5e-5)
    toys = ns["toy_encoder"], ns["toy_decoder"]
    one, two = np.array([1]), np.array([2])
    log_p, J = ns["conditional_log_probs"](*toys, np.array([[3]]), one, np.array([[3], [5]]), two)
    assert (log_p[0], J) == pytest.approx((-0.0560, 0.0187), abs=5e-5)
    la, _ = ns["conditional_log_probs"](*toys, np.array([[3]]), one, np.array([[3]]), one)
    first = ns["log_softmax"](np.array([-30, 0, -5, 5, -8, 2.0]))[3]
    assert first == pytest.approx(-0.0550, abs=5e-5)
    assert log_p[0] - first == pytest.approx(-0.0010, abs=5e-5)
    assert la[0] < log_p[0]
    assert ns["translate"](*toys, np.array([3]), 5) == [3, 5]
    assert ns["look_ahead"](*BY_NAME["look_ahead"].example(1)) == pytest.approx([0, 0.6931, 0], abs=5e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tagger_is_the_package_s(ns: dict[str, Any], seed: int) -> None:
    for case in BY_NAME["tag_probs"].hidden_cases(seed):
        params, ids, lengths = case.arguments
        labels = Labels([f"tag {number}" for number in range(len(params["b_2"]))])
        weights = LabellerParams(params["E"], cell_of(params), params["U"], params["b_2"])
        model = Tagger(vocabulary(len(params["E"])), labels, TAUGHT_CELLS["elman"], weights)
        words = padded(ids, lengths)
        inside = np.arange(len(ids))[:, None] < lengths
        expected = np.where(inside[..., None], np.exp(model.log_probs(words)), 0)
        assert ns["tag_probs"](params, ids, lengths) == pytest.approx(expected, abs=1e-12)
        tags = np.random.default_rng(seed).integers(len(labels), size=ids.shape)
        J, accuracy = ns["tag_loss"](model.log_probs(words), tags, lengths)
        batch = TaggedBatch(words, tags)
        assert pytest.approx(model.loss(batch).loss) == J
        assert accuracy == pytest.approx(model.accuracy([batch]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_encodings_are_the_package_s(ns: dict[str, Any], seed: int) -> None:
    for case in BY_NAME["encode"].hidden_cases(seed):
        h, lengths, encoding = case.arguments
        assert ns["encode"](h, lengths, encoding) == pytest.approx(pool_forward(h, lengths, encoding)[0])
    for case in BY_NAME["encode_backward"].hidden_cases(seed):
        dv, h, lengths, encoding = case.arguments
        expected = pool_backward(dv, pool_forward(h, lengths, encoding)[1])
        assert ns["encode_backward"](dv, h, lengths, encoding) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_directions_and_stacks_are_the_package_s(ns: dict[str, Any], seed: int) -> None:
    elman = TAUGHT_CELLS["elman"]
    for case in BY_NAME["bidirectional"].hidden_cases(seed):
        left, right, x, lengths = case.arguments
        weights = BidirectionalParams(cell_of(left), cell_of(right))
        expected, _ = bidirectional(elman).forward(weights, x, None, lengths)
        assert ns["bidirectional"](left, right, x, lengths) == pytest.approx(expected)
    for case in BY_NAME["stacked"].hidden_cases(seed):
        layers, x, h_0, skip = case.arguments
        weights_of_all = StackedParams(tuple(map(cell_of, layers)))
        expected, cache = stacked_forward(elman, weights_of_all, x, tuple(h_0), skip=skip)
        y, h_n = ns["stacked"](layers, x, h_0, skip)
        assert y == pytest.approx(expected)
        for state, of_layer in zip(h_n, cache.layers, strict=True):
            assert state == pytest.approx(elman.states(of_layer)[-1])


def translator(encoder: dict[str, np.ndarray], decoder: dict[str, np.ndarray]) -> Seq2Seq:
    """The package's model with these weights. It never predicts `<s>`, whose score is very low here."""
    reads = EncoderParams(encoder["E"], cell_of(encoder))
    writes = RecurrentParams(decoder["E"], cell_of(decoder), decoder["U"], decoder["b_2"])
    sizes = (len(encoder["E"]), len(decoder["E"]))
    return Seq2Seq(*map(vocabulary, sizes), TAUGHT_CELLS["elman"], Seq2SeqParams(reads, writes))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_conditional_model_is_the_package_s(ns: dict[str, Any], seed: int) -> None:
    for case in BY_NAME["conditional"].hidden_cases(seed):
        encoder, decoder, source_ids, source_lengths, target, target_lengths = case.arguments
        log_p, J = ns["conditional_log_probs"](*case.arguments)
        model = translator(encoder, decoder)
        batch = PairBatch(padded(source_ids, source_lengths), padded(target, target_lengths))
        assert model.loss(batch).loss == pytest.approx(J)
        for b, found in enumerate(log_p):
            lm = model.conditioned_on(source_ids[: source_lengths[b], b])
            own = [*target[: target_lengths[b], b].tolist(), 1]
            assert sequence_log_probs(lm, np.array(own)).sum() == pytest.approx(found)
    for case in BY_NAME["translate"].hidden_cases(seed):
        encoder, decoder, source_ids, most = case.arguments
        lm = translator(encoder, decoder).conditioned_on(source_ids)
        best = beam_search(lm, beam_size=1, max_tokens=7)[0]
        words = [int(word[1:]) + 3 if word.startswith("w") else 2 for word in best.tokens]
        assert ns["translate"](*case.arguments) == words[:most]


def test_an_honest_model_of_the_package_and_a_leaking_one(ns: dict[str, Any]) -> None:
    """`log_probs` of an honest model are the package's, and both detectors agree about it."""
    rng = np.random.default_rng(0)
    model = suspect(rng, 6)
    words = vocabulary(len(model["E"]))
    readout = ReadoutParams(model["U"], model["b_2"])
    params = RecurrentParams(model["E"], cell_of(model), *readout)
    lm = RecurrentLM(words, TAUGHT_CELLS["elman"], params)
    ids = np.array([3, 5, 3, 4, 1])
    # the package's model never predicts <s>, so its other words share what <s> would have
    never = {**model, "b_2": np.array([-40.0, *model["b_2"][1:]])}
    assert ns["log_probs"](never, ids) == pytest.approx(sequence_log_probs(lm, ids))
    assert two_sided.find_leak(lm, np.array([3, 5, 4, 1] * 3), trials=20).change.max() == 0
    for _ in range(3):
        assert not ns["look_ahead"](model, rng.integers(2, len(words), size=5)).any()
