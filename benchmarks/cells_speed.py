"""The numpy cells beside torch.nn: forward and backward with input gradients, in one process, taking turns.

    python benchmarks/cells_speed.py                      one thread
    python benchmarks/cells_speed.py --threads 2
    python benchmarks/cells_speed.py --openblas-core SkylakeX

Each repetition runs numpy, torch.nn and the bare matrix products one after another; the ratio of a pair is
taken within the repetition, and the table gives the median of these ratios and their quartiles. With one
thread, time is CPU time, so that other work on the machine matters less; with several it is wall time, and
each measurement starts after a pause, because the threads of torch go on spinning for a while.

numpy's products are OpenBLAS's, which chooses its kernels by the processor's model and may take a new one for
an old one: the first line of the output names the choice, `--openblas-core` makes another.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

TIME, BATCH = 35, 32
TARGETS = {"lstm": 1.3, "gru": 0.95, "elman": 0.6}
PEERS = {"lstm": "LSTM", "gru": "GRU", "elman": "RNN"}
GATES = {"lstm": 4, "gru": 3, "elman": 1}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512], help="D = H")
    parser.add_argument("--cells", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--seconds", type=float, default=6.0, help="for each row of the table, about")
    parser.add_argument("--taught", action="store_true", help="measure the taught forms as well")
    parser.add_argument(
        "--openblas-core", default=None, help="kernels of OpenBLAS, such as Haswell or SkylakeX"
    )
    return parser.parse_args()


def openblas_core() -> str:
    """The kernels that OpenBLAS chose, read from the library that numpy has loaded."""
    import ctypes
    import glob

    import numpy as np

    for path in glob.glob(os.path.join(os.path.dirname(np.__file__), "..", "numpy.libs", "*openblas*")):
        for name in (
            "scipy_openblas_get_corename64_",
            "scipy_openblas_get_corename",
            "openblas_get_corename",
        ):
            function = getattr(ctypes.CDLL(path), name, None)
            if function is not None:
                function.restype = ctypes.c_char_p
                return function().decode()
    return "unknown"


def numpy_run(name: str, size: int, taught: bool) -> Callable[[], object]:
    import numpy as np

    from rnn_course.cells.cell import CELLS, TAUGHT_CELLS

    cell = (TAUGHT_CELLS if taught else CELLS)[name]
    rng = np.random.default_rng(0)
    params = cell.init(size, size, rng, dtype=np.float32)
    x, dh = rng.standard_normal((2, TIME, BATCH, size), dtype=np.float32)
    state_0 = cell.initial_state(params, BATCH)

    def run() -> object:
        _, cache = cell.forward(params, x, state_0)
        return cell.backward(dh, cache)

    return run


def torch_run(name: str, size: int) -> Callable[[], object]:
    import torch

    torch.manual_seed(0)
    module = getattr(torch.nn, PEERS[name])(size, size)
    x = torch.randn(TIME, BATCH, size, requires_grad=True)
    dh = torch.randn(TIME, BATCH, size)

    def run() -> object:
        for tensor in (x, *module.parameters()):
            tensor.grad = None
        module(x)[0].backward(dh)
        return x.grad

    return run


def products_run(name: str, size: int) -> Callable[[], object]:
    """The matrix products of the fast form and nothing else."""
    import numpy as np

    H, rows = size, GATES[name] * size
    rng = np.random.default_rng(0)

    def random(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, dtype=np.float32)

    W, W_T, U, U_b = random(rows, H), random(H, rows), random(rows, H), random(rows, H + 1)
    inputs, z_x, dz = random(2 * H + 1, TIME, BATCH), random(rows, TIME * BATCH), random(rows, TIME, BATCH)
    z, dz_t, dh = random(rows, BATCH), random(rows, BATCH), random(H, BATCH)
    dP, dx = random(rows, 2 * H + 1), random(TIME * BATCH, H)
    # the GRU's candidate waits for its reset gate, so that its product stands alone
    parts = [(0, 2 * H), (2 * H, 3 * H)] if name == "gru" else [(0, rows)]

    def run() -> object:
        np.matmul(U_b, inputs[H:].reshape(H + 1, -1), out=z_x)
        for start, end in parts:
            for t in range(TIME):
                np.matmul(W[start:end], inputs[:H, t], out=z[start:end])
            W_part = np.ascontiguousarray(W_T[:, start:end])
            for _ in range(TIME):
                np.matmul(W_part, dz_t[start:end], out=dh)
        np.matmul(dz.reshape(rows, -1), inputs.reshape(2 * H + 1, -1).T, out=dP)
        np.matmul(dz.reshape(rows, -1).T, U, out=dx)
        return dP, dx

    return run


def measure(runs: dict[str, Callable[[], object]], seconds: float, threads: int) -> dict[str, list[float]]:
    """Seconds of each call, the runs taking turns."""
    clock = time.process_time if threads == 1 else time.perf_counter
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(times["numpy"]) < 9:
        for name, run in runs.items():
            if threads > 1:
                time.sleep(0.05)
            run()  # brings its own data into the caches
            before = clock()
            run()
            times[name].append(clock() - before)
    return times


def main() -> None:
    args = arguments()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(args.threads)
    if args.openblas_core:
        os.environ["OPENBLAS_CORETYPE"] = args.openblas_core
    import numpy as np
    import torch

    torch.set_num_threads(args.threads)
    print(f"numpy {np.__version__}, OpenBLAS kernels {openblas_core()}, torch {torch.__version__}, ", end="")
    print(f"{args.threads} thread(s); T={TIME}, B={BATCH}, D=H, float32, forward and backward")
    kind = "CPU ms" if args.threads == 1 else "wall ms"
    print(f"{'cell':6} {'H':>4} {kind + ' numpy':>13} {'torch.nn':>9} {'products':>9}", end="")
    print(
        f" {'numpy/torch.nn (quartiles)':>28} {'target':>7} {'products/torch.nn':>18} {'numpy/products':>15}"
    )
    for name in args.cells:
        for size in args.sizes:
            runs = {"numpy": numpy_run(name, size, taught=False), "torch": torch_run(name, size)}
            runs["products"] = products_run(name, size)
            if args.taught:
                runs["taught"] = numpy_run(name, size, taught=True)
            times = {
                key: 1e3 * np.array(values)
                for key, values in measure(runs, args.seconds, args.threads).items()
            }
            low, ratio, high = np.percentile(times["numpy"] / times["torch"], [25, 50, 75])
            middle = {key: np.median(values) for key, values in times.items()}
            print(
                f"{name:6} {size:4} {middle['numpy']:13.2f} {middle['torch']:9.2f} {middle['products']:9.2f}"
                f"{ratio:14.2f} ({low:.2f} to {high:.2f}) {TARGETS[name]:7.2f}"
                f" {np.median(times['products'] / times['torch']):18.2f}"
                f" {np.median(times['numpy'] / times['products']):15.2f}"
                + (
                    f"   taught/torch.nn {np.median(times['taught'] / times['torch']):.2f}"
                    if args.taught
                    else ""
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
