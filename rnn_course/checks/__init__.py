"""What the assignments call: tasks, cases, the catalogue of known mistakes, and what is said to a student.

`from rnn_course.checks import a1`, then `a1.counts.check(count_ngrams)`. A check calls the student's function
with plain values and compares the values that come back. It never looks at source, identity or types.
"""
