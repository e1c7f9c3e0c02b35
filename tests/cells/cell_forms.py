"""The cells that tests run over, by name: every taught form, every fast form, and networks built of them."""

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, TAUGHT_CELLS
from rnn_course.cells.stacked import stacked

FAST = {f"{name} fast": cell for name, cell in CELLS.items() if cell is not TAUGHT_CELLS[name]}
SINGLE = {**TAUGHT_CELLS, **FAST}
STACKS = {
    "1-layer elman": stacked(TAUGHT_CELLS["elman"], 1),
    "2-layer lstm": stacked(CELLS["lstm"], 2),
    "3-layer gru residual": stacked(CELLS["gru"], 3, skip="residual"),
    "3-layer lstm dense": stacked(CELLS["lstm"], 3, skip="dense"),
    "2-layer elman dense": stacked(CELLS["elman"], 2, skip="dense"),
    "3-layer gru highway": stacked(CELLS["gru"], 3, skip="highway"),
}
BIDIRECTIONAL = {
    "bidirectional elman": bidirectional(TAUGHT_CELLS["elman"]),
    "bidirectional lstm": bidirectional(CELLS["lstm"]),
    "2-layer bidirectional gru": stacked(bidirectional(CELLS["gru"]), 2),
    "2-layer bidirectional lstm residual": stacked(bidirectional(CELLS["lstm"]), 2, skip="residual"),
    "2-layer bidirectional lstm highway": stacked(bidirectional(CELLS["lstm"]), 2, skip="highway"),
}
LEFT_TO_RIGHT = {**SINGLE, **STACKS}
ALL = {**LEFT_TO_RIGHT, **BIDIRECTIONAL}
