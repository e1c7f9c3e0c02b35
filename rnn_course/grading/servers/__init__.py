"""Warm processes that fork one confined child after another, and what the run asks of them."""

from __future__ import annotations

from rnn_course.grading.servers.warm import Ended, WarmServer, close_servers, servers_for

__all__ = ["Ended", "WarmServer", "close_servers", "servers_for"]
