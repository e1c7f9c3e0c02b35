"""Recurrent cells in numpy, each with a step, a forward pass and a backward pass written by hand."""
