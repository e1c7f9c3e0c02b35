"""All attacks, in families."""

from __future__ import annotations

from .attack import Attack
from .bombs import MEMORY, OUTPUT, TIME
from .cells import CELLS
from .files import FILES, NAMES
from .honest import HONEST
from .lying import CLASSES, VALUES
from .outputs import SCRIPTS
from .processes import ENDS, WIRE
from .reading import READING
from .tampering import INTERPRETER, IPYTHON, LIBRARIES
from .writing import NETWORK, WRITING

FAMILIES = (
    LIBRARIES, INTERPRETER, IPYTHON, CELLS, VALUES, CLASSES, READING, WRITING, NETWORK, TIME, MEMORY, OUTPUT,
    ENDS, WIRE, FILES, NAMES, SCRIPTS, HONEST,
)  # fmt: skip
CORPUS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.attacks)
