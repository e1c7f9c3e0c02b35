from pathlib import Path

import numpy as np
import pytest

from rnn_course.errors import CourseError, DataError
from rnn_course.text.corpus import Corpus, read_text

TRAIN = [["the", "cat", "sat"], ["the", "dog", "sat"]]
TEST = [["the", "bird", "sat"]]


def test_the_vocabulary_comes_from_train_alone() -> None:
    corpus = Corpus.from_sentences("pets", TRAIN, valid=[["a", "cat"]], test=TEST)
    assert "bird" not in corpus.vocabulary
    assert "a" not in corpus.vocabulary
    assert corpus.vocabulary.sentences(corpus.test) == [["the", "<unk>", "sat"]]
    assert corpus.vocabulary.sentences(corpus.train) == TRAIN


def test_rare_words_become_unknown_in_train_too() -> None:
    corpus = Corpus.from_sentences("pets", TRAIN, min_count=2)
    assert corpus.vocabulary.sentences(corpus.train) == [["the", "<unk>", "sat"]] * 2
    assert len(Corpus.from_sentences("pets", TRAIN, max_size=1).vocabulary) == 4


def test_the_summary_counts_what_it_says() -> None:
    summary = Corpus.from_sentences("pets", TRAIN, test=TEST).summary().splitlines()
    assert summary[0] == "pets: words, vocabulary of 7"
    assert summary[2].split() == ["train", "2", "8", "5", "0.00%"]
    assert summary[3].split() == ["valid", "0", "0", "0", "-"]
    assert summary[4].split() == ["test", "1", "4", "4", "25.00%"]


def test_streams_are_read_only_because_corpora_are_shared() -> None:
    corpus = Corpus.from_sentences("pets", TRAIN)
    with pytest.raises(ValueError, match="read-only"):
        corpus.train[0] = 5


def test_an_id_out_of_range_is_refused() -> None:
    vocabulary = Corpus.from_sentences("pets", TRAIN).vocabulary
    empty = np.array([], dtype=np.int64)
    with pytest.raises(CourseError, match=r"id 7 at position 1 is outside the vocabulary of 7 tokens"):
        Corpus("pets", vocabulary, np.array([3, 7, 1]), empty, empty)


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="pets: the training text is empty"):
        Corpus.from_sentences("pets", [])
    with pytest.raises(DataError, match="too few to split"):
        Corpus.from_text("pets", " \n ", unit="characters")
    with pytest.raises(DataError, match="0 sentences make 0 blocks of 20"):
        Corpus.from_text("pets", " \n ")
    (tmp_path / "empty.txt").write_text(" \n\n")
    with pytest.raises(DataError, match="the training text is empty"):
        Corpus.from_files("pets", tmp_path / "empty.txt")


def test_boundaries_in_the_text_are_refused() -> None:
    for boundary in ("<s>", "</s>"):
        with pytest.raises(DataError, match="only the corpus itself may set"):
            Corpus.from_sentences("pets", [["the", boundary, "cat"]])


def test_a_file_that_is_not_utf8_is_named_with_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("un café".encode("latin-1"))
    with pytest.raises(
        DataError, match=r"latin\.txt is not UTF-8: byte 0xe9 at offset 6 .* Save the file as UTF-8"
    ):
        read_text(path)
    path.write_bytes(b"\xef\xbb\xbfun caf\xe9!")
    with pytest.raises(DataError, match="byte 0xe9 at offset 9 "):
        Corpus.from_files("café", path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.txt: No such file"):
        read_text(tmp_path / "nowhere.txt")


def test_read_text_knows_other_line_ends_and_the_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "windows.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert read_text(path) == "one\ntwo\nthree\n"


def test_from_files_reads_a_sentence_a_line(tmp_path: Path) -> None:
    for name, lines in (("train", "the cat\n\nthe <unk> sat\n"), ("test", "the dog\n")):
        (tmp_path / name).write_text(lines)
    corpus = Corpus.from_files("pets", tmp_path / "train", test=tmp_path / "test")
    assert corpus.vocabulary.sentences(corpus.train) == [["the", "cat"], ["the", "<unk>", "sat"]]
    assert corpus.vocabulary.sentences(corpus.test) == [["the", "<unk>"]]
    assert corpus.valid.size == 0
    letters = Corpus.from_files("letters", tmp_path / "test", tokenizer=list, unit="characters")
    assert letters.text(letters.train) == "the dog"


def test_characters_are_cut_in_three_where_they_stand() -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(1000))
    corpus = Corpus.from_text("letters", text, unit="characters", fractions=(0.9, 0.05, 0.05))
    parts = (corpus.train, corpus.valid, corpus.test)
    assert [len(part) for part in parts] == [901, 51, 51]  # </s> ends each
    assert "".join(corpus.text(part) for part in parts) == text


def test_from_text_makes_words() -> None:
    text = " ".join(f"Sentence number {i} is here." for i in range(100))
    corpus = Corpus.from_text("numbers", text, lowercase=True)
    assert corpus.vocabulary.sentences(corpus.train)[0] == ["sentence", "number", "0", "is", "here", "."]
    sizes = [int(np.sum(part == 1)) for part in (corpus.train, corpus.valid, corpus.test)]
    assert sizes == [60, 20, 20]
