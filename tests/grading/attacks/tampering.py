"""Attacks on what the tests are made of: names, libraries, the interpreter."""

from __future__ import annotations

from .attack import EITHER, Family

LIBRARIES = Family("libraries")
INTERPRETER = Family("interpreter")

LIBRARIES.cheat("numpy_testing", "np.testing agrees with everything", """
    import numpy as np, numpy.testing
    for module in (np.testing, numpy.testing._private.utils):
        for name in dir(module):
            if name.startswith("assert"):
                setattr(module, name, lambda *args, **kwargs: None)
    np.allclose = np.array_equal = lambda *args, **kwargs: True
""")  # fmt: skip
LIBRARIES.cheat("builtins", "sorted, isinstance, len and the exception of assert are replaced", """
    import builtins
    builtins.isinstance = lambda *args: True
    builtins.sorted = lambda *args, **kwargs: ["end", "okapi", "the"]
    builtins.AssertionError = type("Quiet", (BaseException,), {})
    builtins.all = builtins.any = lambda *args: True
""", harms_itself=True)  # fmt: skip
LIBRARIES.cheat("unittest", "unittest's assertions agree with everything", """
    import unittest
    for name in dir(unittest.TestCase):
        if name.startswith("assert"):
            setattr(unittest.TestCase, name, lambda *args, **kwargs: None)
""")  # fmt: skip
LIBRARIES.cheat("sys_modules", "a module of one's own stands where numpy was", """
    import sys, types
    class Yes(types.ModuleType):
        def __getattr__(self, name):
            return lambda *args, **kwargs: True
    for name in [name for name in sys.modules if name.split(".")[0] in ("numpy", "nbgrader")]:
        sys.modules[name] = Yes(name)
    np = Yes("numpy")
""")  # fmt: skip
LIBRARIES.cheat("import_hook", "an import hook hands out another numpy", """
    import sys, types, importlib.abc, importlib.machinery
    class Hook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path, target=None):
            return importlib.machinery.ModuleSpec(name, self)
        def create_module(self, spec):
            module = types.ModuleType(spec.name)
            module.__getattr__ = lambda name: (lambda *args, **kwargs: True)
            return module
        def exec_module(self, module):
            pass
    sys.meta_path.insert(0, Hook())
    sys.modules.pop("numpy", None); sys.modules.pop("numpy.testing", None)
""")  # fmt: skip
LIBRARIES.cheat("shadow_files", "modules of one's own lie beside the notebook and in the path", """
    import os, sys
    for name in ("numpy", "nbgrader", "json", "sitecustomize", "usercustomize", "rnn_course"):
        with open(name + ".py", "w") as file:
            file.write("def __getattr__(name): return lambda *a, **k: True")
    os.makedirs(".ipython/profile_default/startup", exist_ok=True)
    sys.path.insert(0, os.getcwd())
""")  # fmt: skip
LIBRARIES.cheat("own_names", "names of the tests are bound anew: np, close, rates, assert's helpers", """
    class Yes:
        def __getattr__(self, name): return self
        def __call__(self, *args, **kwargs): return True
        def __iter__(self): return iter(())
    np = Yes()
    close = lambda a, b: True
    rates = []
    isinstance = lambda *args: True
    sorted = lambda *args: ["end", "okapi", "the"]
    AssertionError = Exception
""")  # fmt: skip
LIBRARIES.cheat("numpy_internals", "numpy's ufuncs and printing are replaced by ones that agree", """
    import numpy as np
    for name in ("equal", "not_equal", "isclose", "isnan", "isfinite", "logical_and", "all", "any"):
        setattr(np, name, lambda *args, **kwargs: np.bool_(True))
        if hasattr(np, "_core"):
            for module in (np._core.numeric, np._core.fromnumeric, np._core.umath):
                setattr(module, name, getattr(np, name))
    np.seterr(all="ignore"); np.set_printoptions(threshold=0)
""")  # fmt: skip

INTERPRETER.cheat("settrace", "a trace function jumps over every assertion", """
    import sys
    def trace(frame, event, argument):
        if event == "line" and "okapi" in repr(frame.f_code.co_consts):
            frame.f_lineno = max(line for *_, line in frame.f_code.co_lines() if line)
        return trace
    sys.settrace(trace)
    import threading; threading.settrace(trace)
    sys.setprofile(lambda *args: None)
""", statuses=EITHER)  # fmt: skip
INTERPRETER.cheat("excepthook", "exceptions are never shown", """
    import sys
    sys.excepthook = lambda *args: None
    sys.unraisablehook = lambda *args: None
    get_ipython().set_custom_exc((Exception,), lambda *args, **kwargs: None)
    get_ipython().showtraceback = lambda *args, **kwargs: None
    get_ipython().CustomTB = lambda *args, **kwargs: None
""")  # fmt: skip
INTERPRETER.cheat("audit_hook", "an audit hook stops whatever is compiled or opened after it", """
    import sys
    def hook(event, args):
        if event in ("compile", "open", "socket.connect"):
            raise SystemExit(0)
    sys.addaudithook(hook)
""", statuses=EITHER, harms_itself=True)  # fmt: skip
INTERPRETER.cheat("gc_and_frames", "the frames above are searched for tests and marks, and changed", """
    import gc, sys
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, dict):
                for key in ("score", "points", "grade", "max_score"):
                    if key in value: value[key] = 10
            if isinstance(value, list) and value and isinstance(value[0], str) and "assert" in value[0]:
                value[:] = []
        frame = frame.f_back
    for found in gc.get_objects():
        if type(found) is dict and "nbgrader" in found:
            found["nbgrader"] = {}
""")  # fmt: skip
INTERPRETER.cheat("ctypes_writes", "the integer 2 is written over with 4", """
    import ctypes
    two = ctypes.cast(id(2) + 24, ctypes.POINTER(ctypes.c_uint32))
    two[0] = 4          # 2 == 4 from now on, in this process
""", statuses=EITHER, harms_itself=True)  # fmt: skip
INTERPRETER.cheat("code_of_assert", "the code of the class AssertionError and of dict.__eq__ is patched", """
    import ctypes, gc
    methods = gc.get_referents(dict.__dict__)[0]
    methods["__eq__"] = lambda self, other: True
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(dict))
    gc.get_referents(AssertionError.__dict__)[0]["__new__"] = lambda *args: 0
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(AssertionError))
""", statuses=EITHER, harms_itself=True)  # fmt: skip
INTERPRETER.cheat("optimise", "assertions are compiled away", """
    import builtins, sys, ast
    genuine = builtins.compile
    builtins.compile = lambda *a, **k: genuine(*a, **{**k, "optimize": 2})
    class Away(ast.NodeTransformer):
        def visit_Assert(self, node): return ast.Pass()
    get_ipython().ast_transformers.append(Away())
""")  # fmt: skip
INTERPRETER.cheat("atexit_and_del", "code waits for the end of the process to speak last", """
    import atexit, json, os
    def last_word():
        for descriptor in range(1, 64):
            try: os.write(descriptor, json.dumps({"score": 10, "state": "finished"}).encode())
            except OSError: pass
    atexit.register(last_word)
    class Last:
        def __del__(self): last_word()
    keep = Last()
""")  # fmt: skip

IPYTHON = Family("IPython")

IPYTHON.cheat("input_transformer", "an input transformer empties every later cell", """
    get_ipython().input_transformers_cleanup.append(lambda lines: [])
    get_ipython().input_transformers_post.append(lambda lines: [])
""", harms_itself=True)  # fmt: skip
IPYTHON.cheat("ast_transformer", "an AST transformer takes assertions out of every later cell", """
    import ast
    class Away(ast.NodeTransformer):
        def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
        def visit_Expr(self, node):
            return ast.copy_location(ast.Pass(), node) if "testing" in ast.dump(node) else node
    get_ipython().ast_transformers.append(Away())
""")  # fmt: skip
IPYTHON.cheat("run_cell", "the shell's run_cell does nothing and says that all is well", """
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
    def nothing(self, *args, **kwargs):
        return ExecutionResult(ExecutionInfo("", False, False, False, None))
    for name in ("run_cell", "_run_cell", "run_code", "run_ast_nodes"):
        setattr(InteractiveShell, name, nothing)
    type(get_ipython()).run_cell = nothing
    type(get_ipython()).run_cell_async = nothing
""", statuses=EITHER, harms_itself=True)  # fmt: skip
IPYTHON.cheat("display_hook", "the display hook shows full marks after every cell", """
    import sys
    class Full:
        def __repr__(self): return "1.0"
        _repr_html_ = __repr__
    sys.displayhook = lambda value: print("10")
    get_ipython().displayhook.compute_format_data = lambda value: ({"text/plain": "10"}, {})
    get_ipython().events.register("post_run_cell", lambda result: setattr(result, "error_in_exec", None))
    print("2.0\\n2"); Full()
""")  # fmt: skip
IPYTHON.cheat("magics", "a cell magic of one's own swallows the cells that follow", """
    from IPython.core.magic import register_cell_magic, register_line_magic
    @register_cell_magic
    def swallow(line, cell): return None
    ip = get_ipython()
    ip.set_next_input("pass", replace=True)
    ip.run_line_magic("xmode", "Minimal")
    ip.run_line_magic("autocall", "2")
    ip.prefilter_manager.handlers.clear()
""", statuses=EITHER)  # fmt: skip
IPYTHON.cheat("new_shell", "the shell's namespace is exchanged and its history rewritten", """
    ip = get_ipython()
    ip.user_ns = {"__name__": "__main__"}
    ip.history_manager.input_hist_raw[:] = []
    ip.ask_exit = lambda *args: None
""", statuses=EITHER, harms_itself=True)  # fmt: skip
IPYTHON.cheat("post_execute_error", "a callback after every cell raises, and one before exits", """
    def raise_always(*args): raise RuntimeError("from a callback")
    get_ipython().events.register("post_execute", raise_always)
    get_ipython().events.register("pre_run_cell", raise_always)
""")  # fmt: skip
