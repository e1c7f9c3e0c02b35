import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnn_course.errors import DataError
from rnn_course.text import annotated, datasets
from rnn_course.text.annotated import agreement_pairs, labelled_sentences, tagged_sentences
from rnn_course.text.datasets import load, reuters_stories
from rnn_course.text.tokenize import sentences, words

RealData = Callable[[str], Path]


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    for cached in (load, tagged_sentences, labelled_sentences, agreement_pairs):
        cached.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for every corpus; tests put the files there that they read."""
    monkeypatch.setattr(datasets, "data_path", lambda name: tmp_path)
    monkeypatch.setattr(annotated, "data_path", lambda name: tmp_path)
    return tmp_path


def lines(corpus: datasets.Corpus, part: str) -> list[str]:
    return [" ".join(sentence) for sentence in corpus.vocabulary.sentences(getattr(corpus, part))]


def test_tokenised_text_is_taken_as_it_stands(folder: Path) -> None:
    for part, text in (
        ("train", " no it was n't <unk> \n \n N \n"),
        ("valid", "it was\n"),
        ("test", "it is\n"),
    ):
        (folder / f"ptb.{part}.txt").write_text(text)
        (folder / f"{part}.txt").write_text(text)
    for name in ("ptb", "wikitext-2"):
        corpus = load(name)
        assert lines(corpus, "train") == ["no it was n't <unk>", "N"]
        assert lines(corpus, "test") == ["it <unk>"]
    assert lines(load("ptb", lowercase=True), "train") == ["no it was n't <unk>", "n"]


def test_shakespeare_is_cut_where_it_stands(folder: Path) -> None:
    text = "".join(chr(97 + i % 26) for i in range(1000))
    (folder / "input.txt").write_text(text)
    corpus = load("tinyshakespeare")
    assert [len(part) for part in (corpus.train, corpus.valid, corpus.test)] == [901, 51, 51]
    assert corpus.text(corpus.train) + corpus.text(corpus.valid) + corpus.text(corpus.test) == text


def test_names_stand_once(folder: Path) -> None:
    names = [chr(97 + i) + chr(97 + j) for i in range(10) for j in range(10)]
    (folder / "names.txt").write_text("\n".join([*names, "aa", "bb"]) + "\n")
    corpus = load("names")
    dealt = [set(corpus.text(part).split("\n")) for part in (corpus.train, corpus.valid, corpus.test)]
    assert [len(part) for part in dealt] == [80, 10, 10]
    assert set.union(*dealt) == set(names)


def test_reuters_is_the_same_out_of_either_file(folder: Path) -> None:
    stories = [f"STORY {i}\n  Oil & gas rose\nby {i} pct. Coffee fell.\n" for i in range(20)]
    for part, numbers in (("test", range(20, 25)), ("training", range(20))):
        text = "".join(f"### {part}/{i} gas crude\n{stories[i % 20]}" for i in numbers)
        (folder / f"reuters.{part}.txt").write_text(text)
    prepared = load("reuters")
    assert reuters_stories("training") == stories
    assert reuters_stories() == stories[:5] + stories
    with zipfile.ZipFile(folder / "reuters.zip", "w") as archive:
        archive.writestr("reuters/README", "about")
        archive.writestr("reuters/cats.txt", "training/1 gas")
        for i in sorted(range(25), key=str):  # 1, 10, 11, ... as archives often have it
            part = "training" if i < 20 else "test"
            archive.writestr(f"reuters/{part}/{i}", stories[i % 20].replace("&", "&amp;"))
    for part in ("test", "training"):
        (folder / f"reuters.{part}.txt").unlink()
    load.cache_clear()
    packed = load("reuters")
    assert packed.vocabulary == prepared.vocabulary
    for part in ("train", "valid", "test"):
        np.testing.assert_array_equal(getattr(packed, part), getattr(prepared, part))
    assert lines(packed, "train")[:2] == ["STORY 0 Oil & gas rose by 0 pct .", "Coffee fell ."]
    assert len(lines(packed, "valid")) == 2 * 2


def test_tags_leave_out_what_is_no_word(folder: Path) -> None:
    rows = [
        "1-2\tdon't\t_\t_",
        "1\tdo\tdo\tAUX",
        "2\tn't\tnot\tPART",
        "2.1\tsee\tsee\tVERB",
        "3\t.\t.\tPUNCT",
    ]
    (folder / "en_ewt-ud-dev.conllu").write_text(
        "# text = don't.\n" + "\n".join(rows) + "\n\n" + "1\tNo\tno\tINTJ\n\n"
    )
    assert tagged_sentences("dev") == [(("do", "n't", "."), ("AUX", "PART", "PUNCT")), (("No",), ("INTJ",))]


def test_labels_and_verbs(folder: Path) -> None:
    (folder / "stsa.binary.dev").write_text("0 one long string .\n1 fine\n")
    assert labelled_sentences("dev") == [(("one", "long", "string", "."), 0), (("fine",), 1)]
    (folder / "subj_agr_filtered.text").write_text(
        "the keys to the door are here . <eos>\nlies lie here . <eos>\n"
    )
    (folder / "subj_agr_filtered.gold").write_text("5\tAre\tIs\t1\n1\tlie\tlie\t0\n")
    (pair,) = agreement_pairs()
    assert pair == (("the", "keys", "to", "the", "door"), "are", "is", 1)


def test_what_there_is_not() -> None:
    with pytest.raises(
        DataError, match=r"'sst' is not a corpus for language models; those are ptb, wikitext-2"
    ):
        load("sst")
    with pytest.raises(DataError, match="parts are train, dev and test, got 'valid'"):
        tagged_sentences("valid")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="2 or 5 classes, got 3"):
        labelled_sentences("dev", classes=3)  # type: ignore[arg-type]


def test_a_corpus_that_is_not_here_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DataError, match="`python -m rnn_course data get ptb`"):
        load("ptb")


@pytest.mark.realdata
def test_penn_treebank_has_its_published_sizes(real_data: RealData) -> None:
    real_data("ptb")
    corpus = load("ptb")
    assert [len(part) for part in (corpus.train, corpus.valid, corpus.test)] == [929_589, 73_760, 82_430]
    assert len(corpus.vocabulary) == 10_000 + 1  # and <s>


@pytest.mark.realdata
def test_names_and_shakespeare(real_data: RealData) -> None:
    real_data("names")
    corpus = load("names")
    assert sum(int(np.sum(part == 1)) for part in (corpus.train, corpus.valid, corpus.test)) == 29_494
    assert len(corpus.vocabulary) == 26 + 3
    real_data("tinyshakespeare")
    assert len(load("tinyshakespeare").vocabulary) == 65 + 3


@pytest.mark.realdata
def test_reuters_gives_the_counts_after_today_the(real_data: RealData) -> None:
    real_data("reuters")
    counts: dict[str, int] = {}
    for story in reuters_stories():
        for sentence in sentences(story):
            tokens = words(sentence, lowercase=True)
            for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
                if (first, second) == ("today", "the"):
                    counts[third] = counts.get(third, 0) + 1
    assert sum(counts.values()) == 26
    assert [counts[word] for word in ("company", "bank", "price", "italian", "emirate")] == [4, 4, 2, 1, 1]


@pytest.mark.realdata
def test_annotated_corpora_have_their_published_sizes(real_data: RealData) -> None:
    real_data("ud-ewt")
    assert [len(tagged_sentences(part)) for part in ("train", "dev", "test")] == [12_544, 2_001, 2_077]
    assert len({tag for sentence in tagged_sentences("train") for tag in sentence.tags}) == 17
    real_data("sst")
    for classes, sizes in ((2, [6_920, 872, 1_821]), (5, [8_544, 1_101, 2_210])):
        found = [labelled_sentences(part, classes=classes) for part in ("train", "dev", "test")]
        assert [len(part) for part in found] == sizes
        assert {sentence.label for sentence in found[0]} == set(range(classes))
    real_data("linzen")
    pairs = agreement_pairs()
    assert len(pairs) == 7_489 - 4
    assert {pair.attractors for pair in pairs} == {0, 1, 2, 3, 4}
    assert all(pair.right != pair.wrong and pair.context for pair in pairs)
