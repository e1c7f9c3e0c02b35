"""IPython's shell without a terminal, a history or a kernel around it."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from rnn_course.grading.shell.outputs import Outputs, Stream

GRADER = "rnn_course.grading."


class _Hook(DisplayHook):
    """What becomes of a cell's last expression."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        shell: Any = self.shell
        shell.outputs.show(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": _as_text(format_dict),
                "metadata": {},
            }
        )

    def finish_displayhook(self) -> None:
        self.flush()


class _Publisher(DisplayPublisher):
    """What becomes of `display(...)`."""

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **settings: Any) -> None:
        self.shell.outputs.show({"output_type": "display_data", "data": _as_text(data), "metadata": {}})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class CellShell(InteractiveShell):
    """Runs cells and collects what they show."""

    outputs: Outputs

    def init_io(self) -> None:
        """No terminal."""

    def enable_gui(self, gui: Any = None) -> None:
        """No windows: `%matplotlib inline` asks for none, and any other way shows figures inline too."""

    def system(self, cmd: str) -> None:
        """`!command`, without a terminal, for which a confined process has no device."""
        command = self.var_expand(cmd, depth=1)
        try:
            done = subprocess.run(
                command,
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            print(error)
            self.user_ns["_exit_code"] = 1
            return
        print(done.stdout.decode(errors="replace"), end="")
        self.user_ns["_exit_code"] = done.returncode

    def run(self, source: str) -> bool:
        """Run one cell; its outputs are in `outputs`. Whether it ran through without an exception."""
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", self.outputs), Stream("stderr", self.outputs)
        try:
            return bool(self.run_cell(source, store_history=True).success)
        finally:
            sys.stdout, sys.stderr = streams

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        kind, error, trace = super()._get_exc_info(exc_tuple)
        shown = without_grader(trace)
        if isinstance(error, BaseException):
            error = error.with_traceback(shown)
        return kind, error, shown

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:  # an exception class whose __str__ is broken
            text = ""
        self.outputs.show(
            {
                "output_type": "error",
                "ename": str(getattr(etype, "__name__", etype)),
                "evalue": text,
                "traceback": [str(line) for line in stb],
            }
        )


def without_grader(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the grader's own part at its inner end, where a test calls a student's function."""
    links = []
    while trace is not None:
        links.append(trace)
        trace = trace.tb_next
    while len(links) > 1 and str(links[-1].tb_frame.f_globals.get("__name__", "")).startswith(GRADER):
        links.pop()
    for link in reversed(links):
        trace = TracebackType(trace, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return trace


def new_shell(most_bytes: int) -> CellShell:
    """The shell of this process, with an empty namespace.

    Args:
        most_bytes: what is kept of a cell's outputs.
    """
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.banner1 = ""
    settings.InteractiveShell.colors = "nocolor"
    settings.InteractiveShell.displayhook_class = _Hook
    settings.InteractiveShell.display_pub_class = _Publisher
    CellShell.clear_instance()
    shell: CellShell = CellShell.instance(
        config=settings, displayhook_class=_Hook, display_pub_class=_Publisher
    )
    shell.outputs = Outputs(most_bytes)
    return shell


def _as_text(bundle: dict[str, Any]) -> dict[str, str]:
    import base64

    return {
        mime: base64.b64encode(content).decode() if isinstance(content, bytes) else content
        for mime, content in bundle.items()
        if isinstance(content, str | bytes)
    }
