"""Fitting a model by gradient descent: how far to step, when to stop, and what to keep."""
