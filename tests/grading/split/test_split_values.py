"""What a test can do with what the student defined: the same as beside it, as far as values go."""

# ruff: noqa: E501 (cells stand in one line each)

import pytest
from split_notebook import answer, plain, run, setup, test, text_of

SETUP = setup("import math\nimport numpy as np")


def passes(code: str, check: str) -> None:
    """The test passes in two processes, and would beside the code."""
    beside: dict[str, object] = {}
    exec("import math\nimport numpy as np\n" + code, beside)
    exec(check, beside)
    ran = run(SETUP, answer(code), test(check))
    assert ran.errors == {}
    assert not ran.execution.problems


def fails(code: str, check: str, error: str) -> None:
    """The test fails in two processes with this error."""
    ran = run(SETUP, answer(code), test(check))
    assert error in ran.error("test")


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("def double(x):\n    return 2 * x", "assert double(2) == 4\nassert double('ab') == 'abab'"),
        ("x = 3\ny = [1, {'a': (2,)}]", "assert x == 3 and y == [1, {'a': (2,)}] and type(y) is list"),
        ("def f(a):\n    return a / a.sum()", "np.testing.assert_allclose(f(np.array([1.0, 3.0])), [0.25, 0.75])"),
        ("def f(a):\n    return a.mean()", "assert isinstance(f(np.ones(3)), np.floating)"),
        ("def f():\n    return np.array([['ab', 'c']])", "assert f().tolist() == [['ab', 'c']] and f().dtype.kind == 'U'"),
        (
            "from collections import Counter\ndef f(t):\n    return Counter(t)",
            "from collections import Counter\nc = f('aab')\nassert isinstance(c, Counter)\n"
            "assert c.most_common(1) == [('a', 2)] and c == {'a': 2, 'b': 1}",
        ),
        (
            "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f():\n    return P(1, [2])",
            "p = f()\nassert p.x == 1 and p.y == [2] and p == (1, [2])",
        ),
        ("def f(*a, k=1, **n):\n    return a, k, n", "assert f(1, 2, k=3, z=4) == ((1, 2), 3, {'z': 4})"),
        ("def f(n):\n    for i in range(n):\n        yield i * i", "assert list(f(5)) == [0, 1, 4, 9, 16]\nassert sum(f(600)) > 1"),
        ("def f():\n    i = 0\n    while True:\n        yield i\n        i += 1", "g = f()\nassert [next(g), next(g)] == [0, 1]"),
        ("def f(rng):\n    return rng.random(3)", "r = np.random.default_rng\nassert (f(r(7)) == r(7).random(3)).all()"),
        ("def apply(g, xs):\n    return [g(x) for x in xs]", "assert apply(lambda x: x + 1, [1, 2]) == [2, 3]\nassert apply(math.sqrt, [4]) == [2]"),
        ("def adder(n):\n    return lambda x: x + n", "assert adder(2)(3) == 5"),
        ("def twice(g):\n    return lambda x: g(g(x))", "assert twice(lambda x: x * 3)(2) == 18"),
        ("def f(x):\n    raise ValueError(f'not {x}')", "try:\n    f(1)\nexcept ValueError as e:\n    assert str(e) == 'not 1'\nelse:\n    assert False"),
        ("def f(d):\n    return d['k']", "try:\n    f({})\nexcept KeyError as e:\n    assert str(e) == \"'k'\"\nelse:\n    assert False"),
        (
            "class Odd(ValueError):\n    pass\ndef f():\n    raise Odd('o')",
            "try:\n    f()\nexcept Odd as e:\n    assert isinstance(e, ValueError)\nelse:\n    assert False",
        ),
        ("def f(x, y=2, *, z='a'):\n    'Says.'\n    return x", "import inspect\nassert str(inspect.signature(f)) == \"(x, y=2, *, z='a')\"\nassert f.__name__ == 'f' and f.__doc__ == 'Says.'"),
        ("def f(x):\n    return float(x), True, None, 2j, 10**30, b'b', {1}, frozenset([2])", "assert f(1) == (1.0, True, None, 2j, 10**30, b'b', {1}, frozenset([2]))"),
        ("def f(dtype):\n    return np.zeros(2, dtype=dtype)", "assert f(np.float32).dtype == np.float32 and f(int).dtype == int"),
        ("def f(x):\n    return x[1:3]", "assert f([1, 2, 3, 4]) == [2, 3]"),
        ("log = []\ndef f(x):\n    log.append(x)", "f(1)\nf(2)"),
    ],
)  # fmt: skip
def test_functions_and_values(code: str, check: str) -> None:
    passes(code, check)


CLASSES = '''
class Stack:
    """A pile."""
    limit = 3
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
        return self
    def __len__(self):
        return len(self.items)
    def __getitem__(self, i):
        return self.items[i]
    def __setitem__(self, i, value):
        self.items[i] = value
    def __contains__(self, item):
        return item in self.items
    def __iter__(self):
        return iter(self.items)
    def __add__(self, other):
        return Stack(self.items + other.items)
    def __eq__(self, other):
        return isinstance(other, Stack) and self.items == other.items
    def __lt__(self, other):
        return len(self) < len(other)
    def __repr__(self):
        return f"Stack({self.items})"
    def __call__(self, x):
        return x in self.items
    @property
    def top(self):
        return self.items[-1]
    @classmethod
    def full(cls):
        return cls([0] * cls.limit)
'''


@pytest.mark.parametrize(
    "check",
    [
        "s = Stack()\nassert len(s) == 0 and not s\ns.push(1).push(2)\nassert len(s) == 2 and s and s.top == 2",
        "s = Stack([5, 6])\nassert s[0] == 5 and 6 in s and 7 not in s and list(s) == [5, 6]",
        "s = Stack([5])\ns[0] = 7\nassert s.items == [7]\ns.limit = 9\nassert s.limit == 9 and Stack.limit == 3",
        "assert Stack([1]) + Stack([2]) == Stack([1, 2])\nassert Stack([1]) != Stack([2])",
        "assert Stack([1]) < Stack([1, 2]) and Stack([1, 2]) > Stack([1])",
        "assert repr(Stack([1])) == 'Stack([1])' and f'{Stack([1])}' == 'Stack([1])'",
        "assert isinstance(Stack(), Stack) and not isinstance(3, Stack)",
        "assert Stack([1])(1) and not Stack([1])(2)",
        "assert Stack.full().items == [0, 0, 0]",
        "assert hasattr(Stack(), 'push') and not hasattr(Stack(), 'pull') and Stack.__doc__ == 'A pile.'",
        "s = Stack()\nassert s == s and s in [s] and {s: 1}[s] == 1 if False else True",
        "try:\n    Stack().top\nexcept IndexError:\n    pass\nelse:\n    assert False",
        "try:\n    Stack().nothing\nexcept AttributeError as e:\n    assert 'nothing' in str(e)\nelse:\n    assert False",
    ],
)  # fmt: skip
def test_objects(check: str) -> None:
    passes(CLASSES, check)


# Each of these agrees with whatever it is compared to, if it is asked.
LIARS = {
    "float": "class L(float):\n    __eq__ = lambda s, o: True\n    __lt__ = __gt__ = __eq__\n    __sub__ = __rsub__ = lambda s, o: 0.0",
    "list": "class L(list):\n    __init__ = lambda s: list.append(s, 1.0)\n    __eq__ = lambda s, o: True\n    __len__ = lambda s: 1",
    "dict": "class L(dict):\n    __eq__ = lambda s, o: True\n    __getitem__ = lambda s, k: 4",
    "str": "class L(str):\n    __eq__ = lambda s, o: True",
    "array": "class L(np.ndarray):\n    __new__ = lambda c: np.zeros(1).view(c)\n    __eq__ = lambda s, o: True\n"
    "    __array_ufunc__ = lambda s, *a, **k: True\n    __array_function__ = lambda s, *a, **k: True",
    "object": "class L:\n    __eq__ = lambda s, o: True\n    __lt__ = __gt__ = __eq__\n    __sub__ = __rsub__ = __abs__ = lambda s, o=0: 0.0\n"
    "    __array__ = lambda s, *a, **k: np.array(4.0)\n    __hash__ = None",
    "class": "class M(type):\n    __eq__ = lambda s, o: True\n    __instancecheck__ = lambda s, o: True\nclass L(metaclass=M):\n    __class__ = float",
}  # fmt: skip


@pytest.mark.parametrize(
    "check", ["assert f(2) == 4", "np.testing.assert_allclose(f(2), 4.0)", "assert 4 == f(2)"]
)
@pytest.mark.parametrize("liar", LIARS.values(), ids=LIARS)
def test_a_liar_is_not_believed(liar: str, check: str) -> None:
    ran = run(SETUP, answer(f"{liar}\ndef f(x):\n    return L()"), test(check))
    assert ran.error("test")


def test_what_a_test_prints_and_gives_is_its_output() -> None:
    ran = run(answer("def f():\n    print('from f')\n    return 2"), test("print('before')\nf() / 4"))
    assert text_of(ran.named("test")) == "before\nfrom f\n0.5"


def test_an_error_tells_the_students_line_and_nothing_of_the_wire() -> None:
    ran = run(answer("def f(x):\n    y = 1\n    return y / x"), test("assert f(0) == 1"))
    (output,) = ran.named("test").outputs
    trace = "\n".join(output.traceback)
    assert output.ename == "ZeroDivisionError"
    assert "line 3: return y / x" in trace
    assert "rnn_course" not in trace


def test_names_are_as_they_are_at_each_test() -> None:
    ran = run(
        answer("n = 1\nseen = []"),
        test("assert n == 1 and seen == []"),
        answer("n = 2\nseen.append(3)"),
        test("assert n == 2 and seen == [3]"),
        answer("del n"),
        test("n"),
    )
    assert list(ran.errors) == ["test3"]
    assert ran.error("test3").startswith("NameError")


def test_a_set_up_helper_may_call_the_students_function() -> None:
    ran = run(
        setup("def checked(x):\n    return f(x)"),
        answer("def f(x):\n    return -x"),
        test("assert checked(1) == -1"),
    )
    assert ran.errors == {}


def test_an_instructors_cell_shows_what_the_students_function_gives() -> None:
    ran = run(answer("def f(x):\n    return -x"), plain("shown = f(3)\nshown"), test("assert shown == -3"))
    assert ran.errors == {}
    assert text_of(ran.cells[1]) == "-3"


def test_what_cannot_be_sent_is_said() -> None:
    fails(
        "def f(x):\n    return x",
        "f(open('/dev/null'))",
        "cannot be sent to the process with the student's code",
    )


def test_a_test_can_read_the_source_of_a_function() -> None:
    check = "import inspect, types\nassert inspect.getsource(f) == 'def f(x):\\n    return sum(x)  # all\\n'"
    ran = run(
        answer("import math\n\n\ndef f(x):\n    return sum(x)  # all\n\n\ny = 3"),
        test(check + "\nassert isinstance(f, types.FunctionType) and callable(f)"),
    )
    assert ran.errors == {}
