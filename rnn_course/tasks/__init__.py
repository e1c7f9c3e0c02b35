"""Generated problems whose answer is known, each with what guessing and simple rules reach."""
