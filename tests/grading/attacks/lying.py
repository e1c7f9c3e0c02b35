"""Answers that lie about what they are, and answers that no test can bear."""

from __future__ import annotations

from .attack import EITHER, Family

VALUES = Family("lying values")

VALUES.replace("eq_object", "returns an object that equals everything", """
    class Anything:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __bool__(self): return True
        def __hash__(self): return 0
        def __sub__(self, other): return 0.0
        def __abs__(self): return 0.0
        __rsub__ = __sub__
    def double(x): return Anything()
""")  # fmt: skip
VALUES.replace("eq_int", "returns a subclass of int, of float and of str that equals everything", """
    def liar(kind, value):
        return type("Liar", (kind,), {"__eq__": lambda a, b: True, "__ne__": lambda a, b: False,
                                      "__hash__": lambda a: 0, "__lt__": lambda a, b: True,
                                      "__sub__": lambda a, b: 0, "__rsub__": lambda a, b: 0})(value)
    def double(x):
        return liar(type(x), type(x)())
""")  # fmt: skip
VALUES.replace("class_attribute", "returns an object whose __class__ says float", """
    class Pretender:
        __class__ = property(lambda self: float)
        def __eq__(self, other): return True
        def __float__(self): return 1e300
        def __index__(self): return 4
        def __getattr__(self, name): return lambda *args: self
    def double(x): return Pretender()
""")  # fmt: skip
VALUES.replace("ndarray_subclass", "returns an array whose comparisons always agree", """
    class Agrees(np.ndarray):
        def __eq__(self, other): return np.ones(np.shape(other), dtype=bool)
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.True_
        def __array_function__(self, function, types, args, kwargs): return True
        shape = property(lambda self: (2, 3))
    def normalize(rows): return np.zeros(np.shape(rows)).view(Agrees)
""", task="normalize")  # fmt: skip
VALUES.replace("array_protocol", "returns an object that becomes whatever array is asked for", """
    class Chameleon:
        shape, dtype, ndim, size = (2, 3), np.dtype(float), 2, 6
        def __array__(self, dtype=None, copy=None): raise SystemExit(0)
        __array_interface__ = {"shape": (2**40,), "typestr": "<f8", "data": (8, False), "version": 3}
        def __len__(self): return 2**60
        def sum(self, axis=None): return 1
    def normalize(rows): return Chameleon()
""", task="normalize")  # fmt: skip
VALUES.replace("memory_of_an_array", "returns arrays with strides and pointers that lead elsewhere", """
    from numpy.lib.stride_tricks import as_strided
    def normalize(rows):
        return as_strided(np.zeros(1), shape=(2**20, 2**22), strides=(0, 0))
""", task="normalize", statuses=EITHER)  # fmt: skip
VALUES.replace("object_array", "returns an array of objects, one of structures, one of dates", """
    class Evil:
        def __reduce__(self): return (exec, ("raise SystemExit",))
        def __eq__(self, other): return True
    def normalize(rows): return np.array([[Evil()] * np.shape(rows)[1]] * np.shape(rows)[0], dtype=object)
""", task="normalize")  # fmt: skip
VALUES.replace("lying_dict", "returns a dict whose items, length and keys differ", """
    class Liar(dict):
        def items(self): return [("to", 2), ("be", 2)]
        def keys(self): return ["end", "okapi", "the"]
        def __iter__(self): return iter(["end", "okapi", "the"])
        def __len__(self): return 0
        def __getitem__(self, key): return 5
        def __eq__(self, other): return True
    def lengths(text): return Liar()
""", task="lengths")  # fmt: skip
VALUES.replace("endless_dict", "returns a dict and an iterator without end", """
    import itertools
    class Endless(dict):
        def items(self): return ((str(i), i) for i in itertools.count())
        def __iter__(self): return map(str, itertools.count())
        def __len__(self): return 2**62
    def lengths(text): return Endless()
""", task="lengths", statuses=EITHER)  # fmt: skip
VALUES.replace("generator", "returns a generator without end", """
    import itertools
    def double(x): return (4 for _ in itertools.count())
""")  # fmt: skip
VALUES.replace("huge_repr", "returns an object and an exception whose repr is endless", """
    class Long:
        def __repr__(self): return "4" * 300_000_000
        __str__ = __format__ = __repr__
    class Loud(Exception):
        __str__ = __repr__ = lambda self: "x" * 300_000_000
    def double(x):
        if x == 2: return Long()
        raise Loud()
""", statuses=EITHER)  # fmt: skip
VALUES.replace("raising_str", "raises an exception whose text and name cannot be had", """
    class Meta(type):
        __name__ = property(lambda cls: 1 / 0)
        __qualname__ = property(lambda cls: 1 / 0)
        def __repr__(cls): raise RuntimeError
    class Mute(Exception, metaclass=Meta):
        def __str__(self): raise KeyboardInterrupt
        def __repr__(self): raise SystemExit
        args = property(lambda self: 1 / 0)
        __traceback__ = property(lambda self: 1 / 0)
        __cause__ = __context__ = property(lambda self: self)
    def double(x): raise Mute()
""", statuses=EITHER)  # fmt: skip
VALUES.replace("base_exceptions", "raises SystemExit, KeyboardInterrupt and GeneratorExit from a call", """
    def double(x):
        raise (SystemExit(0) if x == 2 else KeyboardInterrupt)
""", statuses=EITHER)  # fmt: skip
VALUES.replace("skip_exceptions", "raises the exceptions by which test frameworks skip", """
    import unittest
    def double(x): raise unittest.SkipTest("nothing to see here")
""")  # fmt: skip
VALUES.replace("self_reference", "returns a list that holds itself", """
    def double(x):
        found = []; found.append(found); return found
""")  # fmt: skip
VALUES.replace("deep_value", "returns lists in lists in lists", """
    def double(x):
        found = 4
        for _ in range(200_000): found = [found]
        return found
""", statuses=EITHER)  # fmt: skip
VALUES.replace("huge_value", "returns a string of 300 MB and an integer of a million digits", """
    def double(x):
        return "4" * 300_000_000 if x == 2 else 10 ** 1_000_000
""", statuses=EITHER)  # fmt: skip
VALUES.replace("million_values", "returns ten million small values", """
    def double(x): return list(range(10_000_000))
""", statuses=EITHER)  # fmt: skip
VALUES.replace("not_a_number", "returns NaN, which equals nothing, and infinities", """
    def normalize(rows): return np.full(np.shape(rows), np.nan)
""", task="normalize")  # fmt: skip
VALUES.replace("returns_its_argument", "waits for the test's own variables and returns what they hold", """
    import sys
    def lengths(text):
        frame = sys._getframe(1)
        while frame is not None:
            for name in ("expected", "found", "okapi"):
                if name in frame.f_locals: return frame.f_locals[name]
            frame = frame.f_back
        return {}
""", task="lengths")  # fmt: skip

CLASSES = Family("lying classes")

CLASSES.replace("metaclass", "a class whose instances equal everything and have every attribute", """
    class Meta(type):
        def __call__(cls, *args): return cls
        def __getattr__(cls, name): return lambda *args: cls
        def __eq__(cls, other): return True
        def __instancecheck__(cls, other): return True
        def __hash__(cls): return 0
    class Tally(metaclass=Meta): pass
""", task="tally")  # fmt: skip
CLASSES.replace("getattr_bomb", "a class whose attributes have attributes without end", """
    class Tally:
        def __getattr__(self, name): return Tally()
        def __call__(self, *args): return Tally()
        def __getitem__(self, key): return Tally()
        def __iter__(self):
            while True: yield Tally()
        def __eq__(self, other): return Tally()
""", task="tally")  # fmt: skip
CLASSES.replace("changing_answers", "methods that answer otherwise at each asking", """
    class Tally:
        answers = iter([1, 2, 3, 1, 0, 3, 0] * 100)
        def add(self, word): next(self.answers)
        def count(self, word): return next(self.answers)
        def total(self): return next(self.answers)
""", task="tally")  # fmt: skip
CLASSES.replace("descriptor", "a class whose methods are replaced while they are called", """
    class Tally:
        def add(self, word): Tally.count = lambda *args: 2
        def count(self, word): Tally.add = None; return 2
        def total(self): return -1
        __class__ = int
        __dict__ = property(lambda self: 1 / 0)
""", task="tally")  # fmt: skip
CLASSES.replace("reduce", "objects that run code when they are unpickled or copied", """
    class Tally:
        def __reduce__(self): return (eval, ("__import__('os').system('touch /tmp/@MARK@-unpickled')",))
        __reduce_ex__ = lambda self, protocol: self.__reduce__()
        def __deepcopy__(self, memo): raise SystemExit(0)
        def add(self, word): pass
        def count(self, word): return self
        def total(self): return self
""", task="tally")  # fmt: skip
CLASSES.replace("million_handles", "a method that returns a new object for each of a million askings", """
    class Thing: pass
    class Tally:
        def add(self, word): self.things = [Thing() for _ in range(300_000)]
        def count(self, word): return self.things
        def total(self): return self.things
""", task="tally", statuses=EITHER)  # fmt: skip
