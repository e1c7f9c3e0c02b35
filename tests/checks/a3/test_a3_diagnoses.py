"""What a3 says of mistakes that are made in another way than in its catalogue, and what it must not say."""

from typing import Any

import numpy as np
import pytest

from rnn_course.checks import a3
from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params
from rnn_course.checks.feedback import CheckFailed


@pytest.mark.parametrize("kind", [list, tuple, lambda h: h.tolist()])
def test_states_in_a_list_are_sent_back_with_what_to_do(kind: Any) -> None:
    """What reads them next takes `h[:, 0]`."""
    with pytest.raises(CheckFailed, match=r"The states are right, .*\(np.stack\)"):
        a3.unroll.check(lambda *arguments: kind(a3.unroll.reference(*arguments)))


def typed_for_columns(params: Params, h_prev: Any, e_t: Any) -> Any:
    return np.tanh(params["W_h"] @ h_prev + params["W_e"] @ e_t + params["b_1"])


def one_way_typed_for_columns(params: Params, h_prev: Any, e_t: Any, h_t: Any, dh_t: Any) -> Any:
    right = a3.step_back.reference(params, h_prev, e_t, h_t, dh_t)
    return {**right, "h_prev": params["W_h"].T @ (dh_t * (1 - h_t**2))}


def unpacked_wrongly(*arguments: Any) -> None:
    raise ValueError("too many values to unpack (expected 1)")


def test_columns_are_named_for_what_they_are_and_other_value_errors_are_not() -> None:
    for task, answer in ((a3.cell, typed_for_columns), (a3.step_back, one_way_typed_for_columns)):
        with pytest.raises(CheckFailed, match=r"as it stands for columns|as in the equation"):
            task.check(answer)
    for other in a3.TASKS:
        with pytest.raises(CheckFailed) as failed:
            other.check(unpacked_wrongly)
        assert "This is what you get" not in str(failed.value), other.name


def one_by_one(fault: str) -> Any:
    """A sampler that draws text by text, with other luck than the catalogue's, and a fault."""

    def sample(
        params: Params, prompt: list[int], how_many: int, length: int, temperature: float, seed: int
    ) -> Any:
        rng, texts = np.random.default_rng(seed), []
        factor = temperature if fault == "temperature-multiplies" else 1 / temperature
        for _ in range(how_many):
            h, text = np.zeros((1, len(params["b_1"]))), []
            for token in prompt[:-1] if fault == "last-of-the-prompt-unread" else prompt:
                h = a3.sampling.advance(params, h, np.array([token]))
            kept = [prompt[-1]] if fault == "last-draw-left-out" else []
            for _ in range(length):
                p = np.exp(draw.log_softmax((h @ params["U"].T + params["b_2"])[0] * factor))
                text.append(rng.choice(len(p), p=p))
                if fault != "never-read":
                    before = 0 * h if fault == "state-lost" else h
                    h = a3.sampling.advance(params, before, np.array(text[-1:]))
            texts.append([*kept, *text][:length])
        return np.array(texts)

    return sample


@pytest.mark.parametrize(
    "fault",
    [
        "never-read",
        "state-lost",
        "last-of-the-prompt-unread",
        "last-draw-left-out",
        "temperature-multiplies",
    ],
)
def test_a_sampler_s_mistake_is_named_whatever_way_it_draws(fault: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        a3.sampling.check(one_by_one(fault))
    says = " ".join(str(failed.value).split())
    assert f"This is what you get when {a3.sampling.task.mistake(fault).what}." in says
    assert a3.sampling.check(one_by_one(""))


def weights_overwritten(*names: str) -> Any:
    """A complete way back in which the gradients of these weights are set with = and not with +=."""

    def bptt(params: Params, inputs: Any, targets: Any, h_0: Any) -> Any:
        h = a3.unroll.reference(params, inputs, h_0)
        log_probs = draw.log_softmax(h[1:] @ params["U"].T + params["b_2"])
        dscores = (np.exp(log_probs) - np.eye(len(params["U"]))[targets]) / targets.size
        J, gradients = a3.bptt.reference(params, inputs, targets, h_0)
        later = np.zeros_like(h_0)
        for t in reversed(range(len(inputs))):
            one = {name: params[name] for name in ("W_h", "W_e", "b_1")}
            e_t = params["E"][inputs[t]]
            back = a3.step_back.reference(one, h[t], e_t, h[t + 1], dscores[t] @ params["U"] + later)
            later = back["h_prev"]
        return J, {**gradients, **{name: back[name] for name in names}}

    return bptt


@pytest.mark.parametrize(
    ("names", "mistake"),
    [
        (("W_h",), "state-weights-overwritten"),
        (("W_h", "W_e", "b_1"), "three-overwritten"),
    ],
)
def test_an_equals_sign_where_gradients_add_up_is_named(names: tuple[str, ...], mistake: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        a3.bptt.check(weights_overwritten(*names))
    says = " ".join(str(failed.value).split())
    assert f"This is what you get when {a3.bptt.task.mistake(mistake).what}." in says
