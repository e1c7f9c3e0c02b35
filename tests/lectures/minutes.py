"""How long a lecture takes a reader, from its run: what is read, predicted, looked at and waited for.

Rates: 150 words a minute, slowly, since formulas stand in them; 3 seconds for a line of code; half a minute
for a prediction; a minute and a half for each figure, widget or question; and the run itself.
"""

from __future__ import annotations

from typing import Any

WORDS_A_MINUTE = 150
CODE_LINE = 3 / 60
PREDICTION = 0.5
LOOK = 1.5


def reader_minutes(notebook: Any, seconds: float) -> float:
    """Minutes for an executed notebook whose cells ran for `seconds`, its sources left out."""
    cells = notebook.cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").split("## Sources")[0]
    code = [cell.source for cell in cells if cell.cell_type == "code" and not cell.source.startswith("quiz(")]
    shown = [out.data for cell in cells for out in cell.get("outputs", []) if "data" in out]
    looks = sum(
        any(kind.startswith(("image/", "application/vnd.jupyter.widget")) for kind in d) for d in shown
    )
    return (
        len(prose.split()) / WORDS_A_MINUTE
        + sum(len(source.splitlines()) for source in code) * CODE_LINE
        + prose.count("**Predict") * PREDICTION
        + looks * LOOK
        + seconds / 60
    )
