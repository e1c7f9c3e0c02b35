"""Attacks by way of torch: tensors that lie about comparisons, a torch that agrees with everything."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from rnn_course.grading.plan import Limits, Plan
from rnn_course.grading.sandbox import strongest
from rnn_course.grading.servers import close_servers
from rnn_course.grading.split import run_split

from .assignment import graded

pytestmark = pytest.mark.slow
pytest.importorskip("torch")

TEST = """found = softmax(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
torch.testing.assert_close(found, torch.full((2, 2), 0.5))
assert torch.allclose(found.sum(dim=-1), torch.ones(2))
assert found.shape == (2, 2)"""
TRAINED = """net = Net()
before = net(torch.ones(1, 2)).item()
net.step()
assert net(torch.ones(1, 2)).item() < before"""
RIGHT = {
    "softmax": "def softmax(x):\n    return x.exp() / x.exp().sum(dim=-1, keepdim=True)",
    "net": """class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def forward(self, x):
        return self.layer(x)
    def step(self):
        self(torch.ones(1, 2)).sum().backward()
        with torch.no_grad():
            for weight in self.parameters():
                weight -= 0.1 * weight.grad""",
}
ATTACKS = {
    "honest": (RIGHT, set()),
    "tensor_subclass": (
        {
            **RIGHT,
            "softmax": """class Agrees(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
    shape = property(lambda self: (2, 2))
def softmax(x):
    return torch.zeros(2, 2).as_subclass(Agrees)""",
        },
        {"softmax_test"},
    ),
    "patched": (
        {
            **RIGHT,
            "softmax": """torch.allclose = torch.equal = lambda *a, **k: True
torch.testing.assert_close = lambda *a, **k: None
torch.Tensor.__eq__ = lambda a, b: True
def softmax(x):
    return x""",
        },
        {"softmax_test"},
    ),
    "lying_module": (
        {
            **RIGHT,
            "net": """class Net(torch.nn.Module):
    def __call__(self, x):
        class Falls(torch.Tensor):
            def item(self): return -torch.rand(1).item() * 0
            def __lt__(self, other): return True
        return torch.zeros(1).as_subclass(Falls)
    def step(self): pass""",
        },
        {"net_test"},
    ),
}


def notebook(answers: dict[str, str]) -> NotebookNode:
    """Set-up, two answers, two tests."""
    return new_notebook(
        cells=[
            graded("setup", "import torch", locked=True),
            graded("softmax", answers["softmax"], solution=True),
            graded("softmax_test", TEST, grade=True, locked=True, points=1),
            graded("net", answers["net"], solution=True),
            graded("net_test", TRAINED, grade=True, locked=True, points=1),
        ]
    )


def test_only_honest_parts_pass() -> None:
    plan = Plan.of(
        notebook(RIGHT),
        {"setup": "import torch", "softmax_test": TEST, "net_test": TRAINED},
        preload=("numpy", "torch"),
    )
    limits, tier = Limits(cell_seconds=20, seconds=60), strongest()
    try:
        for name, (answers, fails) in ATTACKS.items():
            done = run_split(notebook(answers), plan, files={}, seed="1", limits=limits, tier=tier)
            failed = {
                cell.metadata.nbgrader.grade_id
                for cell in done.notebook.cells
                if any(output.output_type == "error" for output in cell.outputs)
            }
            assert (name, failed) == (name, fails)
    finally:
        close_servers()
