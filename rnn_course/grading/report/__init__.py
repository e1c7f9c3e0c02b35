"""The instructor's report on an assignment: one static page, and the same as CSV."""
