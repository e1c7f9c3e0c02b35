"""How quick the n-gram models are, beside KenLM and NLTK, in one run.

    python benchmarks/ngram_speed.py --lmplz .../kenlm/build/bin/lmplz
    python benchmarks/ngram_speed.py --growth

A query goes from the text to one log-probability for each token on both sides; what making the hash tables
takes is left out on both sides and printed here. Our query reads the file, splits it into words and finds
their ids, and so do KenLM's `query` and the Python module, which is given each line as a string.

The text is Reuters (`reuters.sents.txt`, lowercased). All programs run on one core, and every round runs each
of them once. Times are CPU seconds, so that other work on the machine weighs less; the table gives the fewest
and the median of the rounds, and ratios as the ratio of the fewest and the median of the ratios in a round.
lmplz and query are found by --lmplz, in the variable LMPLZ or on the PATH; what is not found is left out.
Linux only: cores are pinned and children measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.encode import encode_text
from rnn_course.text.locate import ENVIRONMENT, data_path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST_TRAINING_STORY = "bahia cocoa review showers"
MEGABYTE = 1 << 20


def main() -> None:
    options = arguments()
    if options.child:
        fit_and_report(Path(options.child), options.orders[0])
        return
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    text = reuters()
    with tempfile.TemporaryDirectory() as folder:
        if options.growth:
            growth(text, options.orders, Path(folder))
        else:
            programs = find_programs(options.lmplz)
            for order in options.orders:
                compare(text, order, options, programs, Path(folder))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lmplz", help="path of KenLM's lmplz; query and build_binary stand beside it")
    parser.add_argument(
        "--memory", default="5%", help="lmplz's -S; with its default of 80%% it is slower here"
    )
    parser.add_argument("--orders", type=int, nargs="+", default=[3, 5])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-nltk", dest="nltk", action="store_false", help="leave NLTK out (20 s an order)")
    parser.add_argument("--growth", action="store_true", help="time and memory from 0.1 to 17 million tokens")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def reuters() -> str:
    """The corpus as text, a sentence a line."""
    if BESIDE.is_dir():
        os.environ.setdefault(ENVIRONMENT, str(BESIDE))
    return (data_path("reuters") / "reuters.sents.txt").read_text(encoding="utf-8").lower()


def find_programs(lmplz: str | None) -> dict[str, str]:
    """Paths of KenLM's programs, as far as they are here."""
    lmplz = lmplz or os.environ.get("LMPLZ") or shutil.which("lmplz")
    if not lmplz:
        print("lmplz is not here: KenLM is left out (--lmplz PATH)")
        return {}
    beside = {name: Path(lmplz).with_name(name) for name in ("lmplz", "query", "build_binary")}
    return {name: str(path) for name, path in beside.items() if path.exists()}


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of a call, with those of the programs that it ran and waited for."""
    before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    children = (after[1].ru_utime + after[1].ru_stime) - (before[1].ru_utime + before[1].ru_stime)
    return after[0] - before[0] + children


Times = dict[str, list[float]]


def interleaved(works: dict[str, Callable[[], object]], rounds: int) -> Times:
    """CPU seconds of each, by round; every round runs them all once."""
    times: Times = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(cpu_seconds(work))
    return times


def compare(
    text: str, order: int, options: argparse.Namespace, programs: dict[str, str], folder: Path
) -> None:
    """Fit, warm fit and query of one order beside the peers."""
    whole = folder / "whole.txt"
    whole.write_text(text, encoding="utf-8")
    stream, vocabulary = encode_text(text)
    packed = stream[:-1] * len(vocabulary) + stream[1:] << len(stream).bit_length()
    packed |= np.arange(len(packed))

    def fit_from_text() -> KneserNey:
        stream, vocabulary = encode_text(whole.read_text(encoding="utf-8"))
        return KneserNey.fit(stream, vocabulary, order=order)

    works: dict[str, Callable[[], object]] = {
        "fit from text": fit_from_text,
        "  of it encoding": lambda: encode_text(whole.read_text(encoding="utf-8")),
        "warm fit from ids": lambda: KneserNey.fit(stream, vocabulary, order=order),
        f"{order - 1} np.sort": lambda: [np.sort(packed) for _ in range(order - 1)],
    }
    lmplz = f"lmplz -S {options.memory}"
    if "lmplz" in programs:
        command = [programs["lmplz"], "-o", str(order), "-S", options.memory, "-T", str(folder)]
        works[lmplz] = lambda: run([*command, "--text", str(whole), "--arpa", str(folder / "whole.arpa")])
    times = interleaved(works, options.rounds)
    print(f"\norder {order}, {len(stream):,} tokens, {options.rounds} rounds{'':>12}fewest   median")
    show(times)
    if lmplz in times:
        compare_times("fit from text", lmplz, 0.4, times)
    compare_times("warm fit from ids", f"{order - 1} np.sort", 6, times)
    if options.nltk:
        seconds = cpu_seconds(lambda: nltk_fit(text, order))
        times_ours = seconds / np.median(times["fit from text"])
        print(f"  NLTK's KneserNeyInterpolated.fit, once: {seconds:.1f} s, {times_ours:.0f} times ours (30)")
    compare_query(text, order, options.rounds, programs, folder)


def compare_query(text: str, order: int, rounds: int, programs: dict[str, str], folder: Path) -> None:
    """Score the test stories with a model of the training stories."""
    at = text.index(FIRST_TRAINING_STORY)
    train, test = folder / "train.txt", folder / "test.txt"
    train.write_text(text[at:], encoding="utf-8")
    test.write_text(text[:at], encoding="utf-8")
    model = KneserNey.fit(*encode_text(text[at:]), order=order)
    scored, _ = encode_text(text[:at], model.vocabulary)
    seconds = cpu_seconds(lambda: model.index.tables)
    print(f"  hash tables, made once by the first query, as KenLM's are by build_binary: {seconds:.3f} s")

    def score_text() -> None:
        stream, _ = encode_text(test.read_text(encoding="utf-8"), model.vocabulary)
        model.sequence_log_probs(stream)

    works: dict[str, Callable[[], object]] = {
        "query of a text": score_text,
        "  of it scoring": lambda: model.sequence_log_probs(scored),
    }
    if {"lmplz", "query", "build_binary"} <= set(programs):
        arpa, binary = str(folder / "train.arpa"), str(folder / "train.bin")
        run([programs["lmplz"], "-o", str(order), "-S", "5%", "--text", str(train), "--arpa", arpa])
        run([programs["build_binary"], "probing", arpa, binary])
        works["KenLM's query"] = lambda: run([programs["query"], "-v", "summary", binary], test)
        works["start and load"] = lambda: run([programs["query"], "-v", "summary", binary])
        if kenlm_model := load_kenlm(binary):
            works["kenlm in Python"] = lambda: [kenlm_model.score(line) for line in lines_of(test)]
    times = interleaved(works, 3 * rounds)
    if "KenLM's query" in times:
        loading = times.pop("start and load")
        times["KenLM's query"] = [t - load for t, load in zip(times["KenLM's query"], loading, strict=True)]
    print(f"  query of {len(scored):,} tokens, {3 * rounds} rounds (KenLM less start and load)")
    show(times)
    for peer in ("KenLM's query", "kenlm in Python"):
        if peer in times:
            compare_times("query of a text", peer, 1, times)


def show(times: Times) -> None:
    for name, seconds in times.items():
        print(f"    {name:<36}{min(seconds):>9.3f}{np.median(seconds):>9.3f}", flush=True)


def compare_times(ours: str, theirs: str, target: float, times: Times) -> None:
    fewest = min(times[ours]) / min(times[theirs])
    median = np.median(np.divide(times[ours], times[theirs]))
    print(f"  {ours} / {theirs}: {fewest:.2f} (fewest), {median:.2f} (median); target {target:g}")


def run(command: list[str], stdin: Path | None = None) -> None:
    with open(stdin or os.devnull, "rb") as file:
        subprocess.run(command, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def lines_of(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def load_kenlm(path: str):  # type: ignore[no-untyped-def]  # kenlm has no types
    try:
        import kenlm
    except ImportError:
        print("the kenlm module is not installed: it is left out")
        return None
    return kenlm.Model(path)


def nltk_fit(text: str, order: int) -> None:
    from nltk.lm import KneserNeyInterpolated
    from nltk.lm.preprocessing import padded_everygram_pipeline

    sentences = [line.split() for line in text.splitlines()]
    KneserNeyInterpolated(order).fit(*padded_everygram_pipeline(order, sentences))


def growth(text: str, orders: list[int], folder: Path) -> None:
    """Time and memory of a fit, from text, as the text grows.

    Reuters has 1.7 million tokens. Longer texts are copies of it in which one word in five is drawn anew from
    the words of Reuters by frequency, so that copies share some n-grams and bring others, as more news would.
    """
    rng = np.random.default_rng(0)
    stream, vocabulary = encode_text(text)
    words = np.array([*vocabulary.tokens[:1], "\n", *vocabulary.tokens[2:]], dtype=object)
    for order in orders:
        print(f"\norder {order}: fit from text, each in a process of its own")
        print(f"  {'':>12}{'':>14}{'':>10}{'microseconds':>14}{'peak':>8}   bytes an n-gram")
        print(f"  {'tokens':>12}{'n-grams':>14}{'seconds':>10}{'a token':>14}{'MB':>8}{'peak':>8}", end="")
        print(f"{'model':>8}{'tables':>8}")
        for num_tokens in (100_000, 500_000, 1_700_000, 5_000_000, 17_000_000):
            path = folder / f"{num_tokens}.txt"
            if not path.exists():
                copies = np.tile(stream, -(-num_tokens // len(stream)))[:num_tokens]
                new = (rng.random(num_tokens) < 0.2) & (copies != vocabulary.eos_id)
                new[: len(stream)] = False
                draws = rng.choice(stream[stream != vocabulary.eos_id], size=int(new.sum()))
                copies[new] = draws
                path.write_text(" ".join(words[copies]) + "\n", encoding="utf-8")
            command = [sys.executable, __file__, "--child", str(path), "--orders", str(order)]
            reply = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            seconds, megabytes, ngrams = float(reply[0]), float(reply[1]), int(reply[2])
            model_bytes, table_bytes = int(reply[3]), int(reply[4])
            print(
                f"  {num_tokens:>12,}{ngrams:>14,}{seconds:>10.2f}{1e6 * seconds / num_tokens:>14.3f}"
                f"{megabytes:>8.0f}{MEGABYTE * megabytes / ngrams:>8.0f}"
                f"{model_bytes / ngrams:>8.0f}{table_bytes / ngrams:>8.0f}",
                flush=True,
            )


def fit_and_report(path: Path, order: int) -> None:
    """In a process of its own: CPU seconds, peak memory above the start in MB, n-grams, bytes of the model.

    The peak holds the text and what counting needs. The model is its arrays; the hash tables, which the first
    query makes, are counted apart.
    """
    before = peak_memory()
    start = time.process_time()
    model = KneserNey.fit(*encode_text(path.read_text(encoding="utf-8")), order=order)
    seconds = time.process_time() - start
    peak = peak_memory() - before
    counts = model.counts
    kept = (counts.index.keys, counts.counts, counts.suffixes, model.adjusted, model.probs, model.backoffs)
    arrays = {id(array): array.nbytes for by_order in kept for array in by_order}
    tables = sum(table.nbytes for table in model.index.tables)
    print(seconds, peak, sum(counts.num_distinct), sum(arrays.values()), tables)


def peak_memory() -> float:
    """The most memory that this process has held, in MB (getrusage's would be the parent's as well)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
