"""Right answers to a4, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import functools
import itertools
import math
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np


def jacobian_from_the_left(W_h, h, s, t):
    product = np.identity(W_h.shape[0])
    for k in range(t, s, -1):
        product = product @ np.diag(1 - np.square(h[k])) @ W_h
    return product


def jacobian_by_one_reduction(W_h, h, s, t):
    factors = (1 - h[s + 1 : t + 1, :, None] ** 2) * W_h
    return functools.reduce(lambda product, factor: factor @ product, factors, np.eye(len(W_h)))


def jacobian_column_by_column(W_h, h, s, t):
    """A push in each direction, sent through the steps; sums written out."""
    H = len(W_h)
    columns = []
    for j in range(H):
        push = [1.0 if i == j else 0.0 for i in range(H)]
        for k in range(s + 1, t + 1):
            push = [(1 - h[k][i] ** 2) * sum(W_h[i][m] * push[m] for m in range(H)) for i in range(H)]
        columns.append(push)
    return [list(row) for row in zip(*columns, strict=True)]


def jacobian_in_float32(W_h, h, s, t):
    W_h, h = W_h.astype(np.float32), h.astype(np.float32)
    product = np.eye(len(W_h), dtype=np.float32)
    for k in range(s + 1, t + 1):
        product = np.einsum("i,ij,jk->ik", 1 - h[k] * h[k], W_h, product)
    return product


def jacobian_with_autograd(W_h, h, s, t):
    import torch

    W, states = torch.tensor(W_h), torch.tensor(h)
    added = [
        torch.atanh(states[k].clamp(-1 + 1e-15, 1 - 1e-15)) - W @ states[k - 1] for k in range(1, len(h))
    ]

    def run(state):
        for k in range(s + 1, t + 1):
            state = torch.tanh(W @ state + added[k - 1])
        return state

    return torch.autograd.functional.jacobian(run, states[s])


def norms_with_singular_values(W_h, longest):
    powers = itertools.accumulate([W_h] * longest, np.matmul, initial=np.eye(len(W_h)))
    return np.array([np.linalg.svd(power, compute_uv=False)[0] for power in powers])


def norms_with_matrix_power(W_h, longest):
    result = []
    for lag in range(longest + 1):
        power = np.linalg.matrix_power(W_h, lag)
        result.append(math.sqrt(max(np.linalg.eigvalsh(power.T @ power).max(), 0.0)))
    return tuple(result)


def norms_with_torch_in_float32(W_h, longest):
    import torch

    W = torch.tensor(W_h, dtype=torch.float32)
    return torch.stack(
        [torch.linalg.matrix_norm(torch.matrix_power(W, lag), 2) for lag in range(longest + 1)]
    )


def radius_of_a_list(W_h):
    return max(abs(value) for value in np.linalg.eig(W_h)[0].tolist())


def radius_by_parts(W_h):
    values = np.linalg.eigvals(W_h.T)
    return np.sqrt((values.real**2 + values.imag**2).max())


def radius_with_torch(W_h):
    import torch

    return torch.linalg.eigvals(torch.tensor(W_h)).abs().max()


def bound_step_by_step(W_h, nonlinearity, lag):
    bound = 1.0
    for _ in range(lag):
        bound *= np.linalg.svd(W_h)[1][0] * (1 if nonlinearity == "tanh" else Fraction(1, 4))
    return bound


def bound_with_a_slope_found_on_a_grid(W_h, nonlinearity, lag):
    z = np.linspace(-5, 5, 10_001)
    slope = 1 - np.tanh(z) ** 2 if nonlinearity == "tanh" else 1 / (2 + np.exp(z) + np.exp(-z))
    return np.float32(slope.max() ** lag * np.linalg.norm(W_h, ord=2) ** lag)


def certain_with_logarithms(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor == 0:
        return 1
    if factor >= 1:
        return None
    return int(np.floor(np.log(share) / np.log(factor))) + 1


def certain_by_a_list_of_bounds(W_h, nonlinearity, share):
    factor = np.linalg.norm(W_h, 2) / {"tanh": 1, "sigmoid": 4}[nonlinearity]
    if not factor < 1:
        return
    bounds = factor ** np.arange(10_000)
    return np.argmax(bounds < share)


def lag_with_jacobians_of_each_sequence(params, e, h_0, dh_T):
    """One sequence after another, with a column for the gradient."""
    result = np.zeros((len(e) + 1, len(h_0)))
    for b in range(len(h_0)):
        states = [h_0[b]]
        for t in range(len(e)):
            states.append(np.tanh(params["W_h"] @ states[-1] + params["W_e"] @ e[t, b] + params["b_1"]))
        gradient = dh_T[b].copy()
        for lag in range(len(e) + 1):
            result[lag, b] = math.hypot(*gradient)
            gradient = params["W_h"].T @ (gradient * (1 - states[len(e) - lag] ** 2))
    return result


def lag_with_slopes_kept(params, e, h_0, dh_T):
    """The inputs of all steps at once; slopes kept on the way there; arrays of its own altered in place."""
    added = np.einsum("tbd,hd->tbh", e, params["W_e"]) + params["b_1"]
    state, slopes = h_0.copy(), np.empty_like(added)
    for t, z in enumerate(added):
        z += state @ params["W_h"].T
        state = np.tanh(z)
        slopes[t] = 1 / np.cosh(np.clip(z, -300, 300)) ** 2
    gradient = dh_T.copy()
    norms = [np.sqrt((gradient**2).sum(1))]
    for slope in slopes[::-1]:
        gradient *= slope
        gradient = gradient @ params["W_h"]
        norms.append(np.sqrt((gradient**2).sum(1)))
    return norms


def lag_with_torch_in_float32(params, e, h_0, dh_T):
    import torch

    W_h, W_e, b_1 = (torch.tensor(params[name], dtype=torch.float32) for name in ("W_h", "W_e", "b_1"))
    states = [torch.tensor(h_0, dtype=torch.float32, requires_grad=True)]
    for e_t in torch.tensor(e, dtype=torch.float32):
        states.append(torch.tanh(states[-1] @ W_h.T + e_t @ W_e.T + b_1))
    J = (states[-1] * torch.tensor(dh_T, dtype=torch.float32)).sum()
    gradients = torch.autograd.grad(J, states[::-1])
    return torch.stack([gradient.norm(dim=1) for gradient in gradients])


def clip_one_long_vector(gradients, max_norm):
    g = np.concatenate([array.ravel() for array in gradients.values()])
    norm = np.linalg.norm(g)
    if np.isfinite(norm):
        g = g / max(1.0, norm / max_norm)
    clipped, start = {}, 0
    for name, array in gradients.items():
        clipped[name] = g[start : start + array.size].reshape(array.shape)
        start += array.size
    return clipped, norm


def clip_copies_in_place(gradients, max_norm):
    copies = {name: array.astype(np.float32) for name, array in reversed(gradients.items())}
    squares = 0.0
    for array in copies.values():
        squares += float(np.vdot(array, array))
    norm = math.sqrt(squares) if squares < math.inf else squares
    if not math.isnan(norm) and max_norm < norm != math.inf:
        for array in copies.values():
            array *= max_norm / norm
    return [copies, norm]


def clip_with_torch(gradients, max_norm):
    import torch

    parameters = {name: torch.nn.Parameter(torch.tensor(array)) for name, array in gradients.items()}
    for name, parameter in parameters.items():
        parameter.grad = torch.tensor(gradients[name])
    norm = torch.linalg.vector_norm(torch.cat([p.grad.ravel() for p in parameters.values()]))
    if torch.isfinite(norm):
        torch.nn.utils.clip_grad_norm_(parameters.values(), max_norm)
    return {name: parameter.grad for name, parameter in parameters.items()}, norm


def agreement_with_counters(nouns, scores):
    asked, model, baseline = Counter(), defaultdict(float), Counter()
    for k in range(len(nouns)):
        first, last = nouns[k][0], nouns[k][-1]
        n = len(nouns[k]) - nouns[k].count(first)
        order = ("singular", "plural")
        right = scores[k][order.index(first)]
        wrong = scores[k][1 - order.index(first)]
        asked[n] += 1
        model[n] += (np.sign(right - wrong) + 1) / 2
        baseline[n] += first == last
    return {n: (model[n] / asked[n], baseline[n] / asked[n]) for n in asked}


def agreement_with_arrays(nouns, scores):
    """Group after group, from the largest; numbers as +1 and -1."""
    sign = {"singular": 1, "plural": -1}
    attractors = np.array([sum(sign[x] != sign[n[0]] for x in n) for n in nouns], dtype=int)
    subject = np.array([sign[n[0]] for n in nouns])
    last = np.array([sign[n[-1]] for n in nouns])
    margins = np.array([s - p for s, p in scores])
    result = {}
    for n in np.unique(attractors)[::-1]:
        chosen = attractors == n
        right = np.heaviside(margins[chosen] * subject[chosen], 0.5).mean()
        result[n] = np.array([right, (last[chosen] == subject[chosen]).mean()])
    return result


VARIANTS = {
    "jacobian": (
        jacobian_from_the_left,
        jacobian_by_one_reduction,
        jacobian_column_by_column,
        jacobian_in_float32,
        jacobian_with_autograd,
    ),
    "power_norms": (norms_with_singular_values, norms_with_matrix_power, norms_with_torch_in_float32),
    "radius": (radius_of_a_list, radius_by_parts, radius_with_torch),
    "bound": (bound_step_by_step, bound_with_a_slope_found_on_a_grid),
    "certain": (certain_with_logarithms, certain_by_a_list_of_bounds),
    "by_lag": (lag_with_jacobians_of_each_sequence, lag_with_slopes_kept, lag_with_torch_in_float32),
    "clipping": (clip_one_long_vector, clip_copies_in_place, clip_with_torch),
    "agreement": (agreement_with_counters, agreement_with_arrays),
}
