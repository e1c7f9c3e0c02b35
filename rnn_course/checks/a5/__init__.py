"""Assignment a5, LSTM and GRU: its tasks, each with its check and its catalogue of mistakes."""

from __future__ import annotations

from rnn_course.checks.a5 import (
    carried_shares,
    forget_bias,
    gru_forward,
    lstm_backward,
    lstm_forward,
    recall_horizon,
    torch_gru,
    torch_lstm,
    weight_gradients,
)
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a5",
    title="LSTM and GRU",
    folder="a5_lstm_gru",
    tasks=(
        lstm_forward.task,
        lstm_backward.task,
        weight_gradients.task,
        gru_forward.task,
        torch_lstm.task,
        torch_gru.task,
        forget_bias.task,
        carried_shares.task,
        recall_horizon.task,
    ),
    written=(Written(id="a5_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "carried_shares",
    "forget_bias",
    "gru_forward",
    "lstm_backward",
    "lstm_forward",
    "recall_horizon",
    "torch_gru",
    "torch_lstm",
    "weight_gradients",
]
