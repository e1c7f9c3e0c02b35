"""How exact gradients have to be."""

from __future__ import annotations

from rnn_course.checks.compare import Tolerance

# Gradients are sums in which much cancels, so that float32 is less exact in them than in a state.
GRADIENTS = Tolerance(rtol=1e-4, atol=1e-6)
