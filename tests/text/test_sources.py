import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import numpy as np
import pytest

from rnn_course.errors import DataError
from rnn_course.text.sources import (
    language_reference,
    reference_paragraphs,
    source_files,
    standard_library_docstrings,
    standard_library_source,
)


def test_the_language_reference_is_prose_in_quantity() -> None:
    corpus = language_reference()
    tokens = len(corpus.train) + len(corpus.valid) + len(corpus.test)
    assert 45_000 < tokens < 90_000
    assert 1_400 < len(corpus.vocabulary) < 3_000
    assert 0.75 < len(corpus.train) / tokens < 0.85
    for part, most in ((corpus.train, 0.05), (corpus.valid, 0.1), (corpus.test, 0.1)):
        assert 0 < np.mean(part == corpus.vocabulary.unk_id) < most
    for word in ("the", "statement", "function", "object", "is"):
        assert word in corpus.vocabulary
    assert "The" in language_reference(lowercase=False).vocabulary


def test_no_layout_is_left_in_the_prose() -> None:
    paragraphs = reference_paragraphs()
    assert len(set(paragraphs)) == len(paragraphs)
    for paragraph in paragraphs:
        assert "\n" not in paragraph
        assert "::=" not in paragraph
        assert ">>>" not in paragraph
        assert "****" not in paragraph
        assert "====" not in paragraph
        assert not paragraph.startswith(("* ", "def ", "class "))
    words = " ".join(paragraphs)
    assert "built-in" in words
    assert "built- in" not in words


def test_test_sentences_do_not_stand_in_train() -> None:
    corpus = language_reference(min_count=1)
    train = {tuple(sentence) for sentence in corpus.vocabulary.sentences(corpus.train)}
    test = corpus.vocabulary.sentences(corpus.test)
    leaked = sum(tuple(sentence) in train for sentence in test)
    assert leaked / len(test) < 0.05  # what is left are formulas, such as "see the documentation of ..."


def test_the_language_reference_is_quick_cached_and_deterministic() -> None:
    language_reference.cache_clear()
    start = time.process_time()
    corpus = language_reference()
    assert time.process_time() - start < 1.0
    assert language_reference() is corpus
    language_reference.cache_clear()
    again = language_reference()
    assert again.vocabulary == corpus.vocabulary
    np.testing.assert_array_equal(again.test, corpus.test)
    assert not np.array_equal(language_reference(seed=1).test[:50], corpus.test[:50])


def test_a_python_without_its_topics_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(DataError, match=r"comes without pydoc_data\.topics.*standard_library_source"):
        reference_paragraphs()


def test_docstrings_are_more_text_and_harder() -> None:
    corpus, reference = standard_library_docstrings(), language_reference()
    tokens = len(corpus.train) + len(corpus.valid) + len(corpus.test)
    assert 150_000 < tokens < 400_000
    assert len(corpus.vocabulary) > 2 * len(reference.vocabulary)
    assert 0 < np.mean(corpus.test == corpus.vocabulary.unk_id) < 0.1
    text = corpus.text(corpus.train)
    assert ">>>" not in text
    assert '"""' not in text
    assert standard_library_docstrings() is corpus


def test_the_library_source_is_bounded_and_split_by_file() -> None:
    corpus = standard_library_source(max_characters=200_000)
    sizes = {part: len(getattr(corpus, part)) for part in ("train", "valid", "test")}
    documents = sum(int(np.sum(getattr(corpus, part) == 1)) for part in sizes)
    assert 190_000 < sum(sizes.values()) - documents <= 200_000
    assert 0.7 < sizes["train"] / sum(sizes.values()) < 0.9
    assert min(sizes["valid"], sizes["test"]) > 10_000
    assert 60 < len(corpus.vocabulary) < 200
    assert "\ndef " in corpus.text(corpus.train)
    train = set(corpus.text(corpus.train).splitlines())
    assert any(line not in train for line in corpus.text(corpus.test).splitlines())


def test_the_library_source_is_a_sample_of_real_files() -> None:
    corpus = standard_library_source(max_characters=200_000)
    first = "".join(corpus.vocabulary.sentences(corpus.train)[0])
    sources = [path.read_bytes().decode("utf-8", "replace") for path in source_files(_library())]
    known = set(corpus.vocabulary.tokens)
    assert any("".join(c if c in known else "<unk>" for c in source) == first for source in sources)


def test_no_tests_or_packages_are_taken_for_the_library() -> None:
    paths = source_files(_library())
    assert len(paths) > 300
    for path in paths:
        assert not {"test", "tests", "site-packages", "encodings"} & set(path.relative_to(_library()).parts)
    assert paths == source_files(_library())


def test_silly_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="max_characters is at least 10,000, got 10"):
        standard_library_source(max_characters=10)


def test_a_python_without_its_library_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "only.py").write_text("x = 1\n")
    (tmp_path / "latin.py").write_bytes(b"# \xe9\n")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(DataError, match="too little Python source under"):
        standard_library_source(max_characters=10_001)
    with pytest.raises(DataError, match="too few docstrings under"):
        standard_library_docstrings(seed=9)


def test_text_modules_load_nothing_heavy() -> None:
    code = (
        "import sys, rnn_course.text.sources, rnn_course.text.corpus\n"
        "print([m for m in ('torch', 'matplotlib', 'requests', 'nbgrader', 'tqdm') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def _library() -> Path:
    return Path(sysconfig.get_path("stdlib"))
