"""The mutator: what it makes of each kind of code, and that every mutant is another program, once."""

import ast

import pytest
from mutate import mutants


def made(source: str) -> set[str]:
    return {mutant.source for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("source", "some"),
    [
        ("x = a + b", {"x = a - b", "x = -(a + b)", "pass"}),
        ("x = a - b", {"x = a + b", "x = b - a"}),
        ("x = A @ B", {"x = B @ A", "x = A * B", "x = -(A @ B)"}),
        ("x = a / b", {"x = a * b", "x = b / a"}),
        ("x = a * b", {"x = a / b", "x = a + b"}),
        ("x = a ** 2", {"x = a * 2", "x = a ** 3", "x = a ** 1", "x = a ** 0"}),
        ("x = W.T @ y", {"x = W @ y", "x = y @ W.T"}),
        ("x = -y", {"x = y"}),
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a == b", {"x = a != b"}),
        ("x = a in b", {"x = a not in b"}),
        ("x = a and b", {"x = a or b", "x = a", "x = b"}),
        ("x = 1", {"x = 2", "x = 0", "pass"}),
        ("x = 0", {"x = 1", "x = -1"}),
        ("x = 0.5", {"x = 1.5", "x = -0.5", "x = 0"}),
        ("x = True", {"x = False"}),
        ("x = y[t]", {"x = y[t + 1]", "x = y[t - 1]"}),
        ("x = y[i, j]", {"x = y[j, i]"}),
        ("x = y[a:b]", {"x = y[:b]", "x = y[a:]", "x = y[a + 1:b]", "x = y[a:b - 1]"}),
        ("x = y[::-1]", {"x = y[:]", "x = y[::1]", "x = y[::-2]"}),
        ("x = f(a, b)", {"x = f(b, a)"}),
        (
            "x = y.sum(axis=0)",
            {"x = y.sum()", "x = y.sum(axis=1)", "x = y.sum(axis=-1)", "x = y.mean(axis=0)"},
        ),
        (
            "x = y.max(keepdims=True)",
            {"x = y.min(keepdims=True)", "x = y.max(keepdims=False)", "x = y.max()"},
        ),
        ("x = min(a, b)", {"x = max(a, b)", "x = min(b, a)"}),
        ("x = y.copy()", {"x = y"}),
        ("x = np.copy(y)", {"x = y"}),
        ("np.add.at(a, i, v)", {"a[i] += v", "pass"}),
        ("x += y", {"x -= y", "x = y", "pass"}),
        ("x = a if c else b", {"x = a if not c else b"}),
        ("x = [y for y in z if y]", {"x = [y for y in z]", "x = [y for y in list(z)[1:] if y]"}),
        (
            "for t in range(n):\n    f(t)",
            {
                "for t in range(n - 1):\n    f(t)",
                "for t in range(n + 1):\n    f(t)",
                "for t in range(1, n):\n    f(t)",
                "for t in list(range(n))[:-1]:\n    f(t)",
                "for t in range(n):\n    pass",
                "pass",
            },
        ),
        ("if c:\n    f()", {"if not c:\n    f()", "if c:\n    pass", "pass"}),
        ("for a in b:\n    continue", {"for a in b:\n    break"}),
        ("while a:\n    f()", {"while not a:\n    f()"}),
    ],
)
def test_what_is_made(source: str, some: set[str]) -> None:
    assert some <= made(source)


SOURCE = '''
def total(counts: dict[str, int], k: float = 0.5) -> float:
    """Words of its own: 1 + 1."""
    found = 0.0
    for word, count in counts.items():
        if count > 1 and word != "<s>":
            found += count + k
    return found / max(1, len(counts))
'''


def test_every_mutant_is_another_program_once() -> None:
    found = mutants(SOURCE)
    sources = [mutant.source for mutant in found]
    assert len(set(sources)) == len(sources) > 20
    assert len({mutant.name for mutant in found}) == len(found)
    assert ast.unparse(ast.parse(SOURCE)) not in sources
    for mutant in found:
        ast.parse(mutant.source)
        assert "1 + 1" not in mutant.source
        assert "dict[str" not in mutant.source


def test_names_tell_the_statement_before_and_after() -> None:
    names = [mutant.name for mutant in mutants(SOURCE)]
    assert "found += count + k => found += count - k" in names
    assert "if count > 1 and word != '<s>': => if count >= 1 and word != '<s>':" in names
    assert "return found / max(1, len(counts)) => return found / min(1, len(counts))" in names
    assert "found += count + k => pass" in names


def test_two_changes_that_read_alike_have_two_names() -> None:
    names = [mutant.name for mutant in mutants("x = a\nx = a\ny = x\n")]
    assert "x = a => pass" in names
    assert "x = a => pass (2)" in names


def test_other_ways_to_write_the_same_are_the_same_mutants() -> None:
    assert made("x=(a)+b  # a sum") == made("x = a + b")
