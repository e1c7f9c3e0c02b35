"""From text to tokens and back: words, characters, sentences.

A tokeniser decides what a language model predicts. These are small on purpose: each is one rule that can be
said in a sentence, and a perplexity is only comparable with another under the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rnn_course.text.vocabulary import BOS, EOS

WORD = re.compile(r"\w+|[^\w\s]+")
"""A word is a run of letters, digits and `_`, or a run of anything else that is not white space."""

_SENTENCE_END = re.compile(r"""[.!?]['")\]]*\s+(?=["'(\[]*[A-Z])""")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|e\.g|i\.e|a\.m|p\.m|cf|vs|Mr|Mrs|Ms|Dr|St|Prof|No)\.$")


def words(text: str, *, lowercase: bool = False) -> list[str]:
    """Tokens of the pattern `\\w+|[^\\w\\s]+`, in order.

    >>> words("The U.S. didn't, did it?")
    ['The', 'U', '.', 'S', '.', 'didn', "'", 't', ',', 'did', 'it', '?']

    Args:
        text: any string. White space separates tokens and is lost.
        lowercase: fold to lower case first, which makes a smaller vocabulary and loses names.
    """
    return WORD.findall(text.lower() if lowercase else text)


def characters(text: str) -> list[str]:
    """Every character of `text` as a token, spaces and line ends included; nothing is lost."""
    return list(text)


def paragraphs(text: str) -> list[str]:
    """The pieces of `text` between empty lines, as they stand."""
    return [piece.strip("\n") for piece in re.split(r"\n(?:[ \t]*\n)+", text) if piece.strip()]


def sentences(text: str) -> list[str]:
    """Split prose into sentences; lines that were wrapped are joined, an empty line always ends a sentence.

    A sentence ends after `.`, `!` or `?` (and closing quotes or brackets) where white space and then a
    capital follow (after opening quotes or brackets), except after a single initial or one of a few
    abbreviations. Such a rule is right about most sentences of edited prose, and wrong about some: "I am
    plan B. It failed" stays whole.

    >>> sentences("It rains. Does it?\\n\\nThe end")
    ['It rains.', 'Does it?', 'The end']
    """
    found = []
    for paragraph in paragraphs(text):
        line = " ".join(paragraph.split())
        start = 0
        for match in _SENTENCE_END.finditer(line):
            if not _ABBREVIATION.search(line, start, match.start() + 1):
                found.append(line[start : match.end()].rstrip())
                start = match.end()
        if start < len(line):
            found.append(line[start:])
    return found


def join_words(tokens: Iterable[str]) -> str:
    """Set words as text for a reader, who does not want to see `it ' s here .`

    >>> print(join_words(words("It's a built-in function (see below), isn't it?")))
    It's a built-in function (see below), isn't it?

    `words` loses where the spaces stood; this guesses by what the marks usually do. So it is for display
    and never for scoring. `<s>` and `</s>` are left out.
    """
    text = " ".join(token for token in tokens if token not in (BOS, EOS))
    text = re.sub(r'" ?([^"]*?) ?"', r'"\1"', text)  # quotation marks come in pairs
    text = re.sub(r" (?=[,.;:!?%)\]}])", "", text)
    text = re.sub(r"(?<=[(\[{]) |(?<=\w) (?=\(\))", "", text)  # inside brackets, and before the () of a call
    text = re.sub(r"(?<=\w) (['’]) (?=(?:s|t|re|ve|ll|d|m)\b)", r"\1", text)
    return re.sub(r"(?<=\w) ([-/]) (?=\w)", r"\1", text)
