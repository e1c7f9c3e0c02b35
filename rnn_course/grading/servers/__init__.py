"""Warm processes that fork one confined child after another, and what the run asks of them."""

from __future__ import annotations

from rnn_course.grading.servers.warm import (
    Ended,
    Pair,
    WarmServer,
    close_servers,
    closing_servers,
    copies_of,
    servers_for,
)

__all__ = ["Ended", "Pair", "WarmServer", "close_servers", "closing_servers", "copies_of", "servers_for"]
