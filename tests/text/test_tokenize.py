from hypothesis import given
from hypothesis import strategies as st

from rnn_course.text.tokenize import characters, join_words, paragraphs, sentences, words

PROSE = st.text(alphabet="abC .!?'\"()\n\t,é1-", max_size=80)


@given(PROSE)
def test_words_lose_nothing_but_white_space(text: str) -> None:
    assert "".join(words(text)) == "".join(text.split())


@given(PROSE)
def test_characters_lose_nothing(text: str) -> None:
    assert "".join(characters(text)) == text


@given(PROSE)
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_a_word_is_a_run_of_letters_or_a_run_of_marks() -> None:
    assert words("The ECU's 3.5 pct--rise...") == [
        "The",
        "ECU",
        "'",
        "s",
        "3",
        ".",
        "5",
        "pct",
        "--",
        "rise",
        "...",
    ]
    assert words("The ECU", lowercase=True) == ["the", "ecu"]
    assert words(" \n") == []


def test_sentences_hold_together_at_abbreviations_and_initials() -> None:
    text = 'It left at 5 p.m. Mr. J. Bell saw it (e.g. The train). "Where to?" He shrugged.'
    assert sentences(text) == [
        "It left at 5 p.m. Mr. J. Bell saw it (e.g. The train).",
        '"Where to?"',
        "He shrugged.",
    ]


def test_sentences_join_wrapped_lines_and_end_at_empty_ones() -> None:
    text = "One line and\n  its rest\n \nA heading\n\n\nThe end."
    assert sentences(text) == ["One line and its rest", "A heading", "The end."]
    assert paragraphs(text) == ["One line and\n  its rest", "A heading", "The end."]


def test_join_words_reads_like_text() -> None:
    for text in (
        "It's here, isn't it?",
        'The "if", "while" and "for" statements.',
        "a state-of-the-art list [1], and/or a set (of 3)!",
        'call "len()" and "if x == 0" first',
    ):
        assert join_words(words(text)) == text
    assert join_words(["<s>", "yes", ".", "</s>"]) == "yes."
