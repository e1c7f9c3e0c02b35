"""Gradients looked at: checked against differences, followed through time, taken apart."""
