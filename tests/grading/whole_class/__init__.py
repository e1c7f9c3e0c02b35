"""Whole classes, graded by the command that an instructor types: interrupted, and beside nbgrader."""
