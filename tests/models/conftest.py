"""Real text in the form that n-gram models read, prepared in the way that the pinned perplexities name."""

from __future__ import annotations

import pytest


@pytest.fixture
def real_text(real_data):
    """`real_text("ptb")` is (training text, test text); the test is skipped where they are not to be had."""

    def read(name: str) -> tuple[str, str]:
        folder = real_data(name)
        if name == "ptb":
            # The corpus has a token <unk> of its own. Under another name it is a word like any other, as it
            # is for lmplz (which refuses <unk> in a text), and the model's own <unk> is one token more.
            train, test = (
                (folder / f"ptb.{part}.txt").read_text(encoding="utf-8").replace("<unk>", "unk-of-the-corpus")
                for part in ("train", "test")
            )
            return train, test
        path = folder / "reuters.sents.txt"
        if not path.exists():
            pytest.skip("this copy of Reuters has no reuters.sents.txt (a sentence a line, tokens apart)")
        # ApteMod as sentences, lowercased; the test stories stand first, the first training story next.
        lines = path.read_text(encoding="utf-8").lower().split("\n")
        first = next(i for i, line in enumerate(lines) if line.startswith("bahia cocoa review showers"))
        return "\n".join(lines[first:]), "\n".join(lines[:first]) + "\n"

    return read
