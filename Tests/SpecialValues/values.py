"""The special values, and the ways to fill tensors with them."""

import torch

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def specials(dtype):
    """Zeros, infinities, NaN, tiny and huge numbers, and the points where functions have kinks."""
    tiny, huge = (6e-8, 6e4) if dtype == torch.float16 else (1e-30, 1e30)
    info = torch.finfo(dtype)
    positive = [
        0.0, tiny, info.tiny, info.smallest_normal / 4, 1e-4, 0.3, 0.5, 1.0, 1 - info.eps / 2,
        1 + info.eps, 2.0, 3.0, 6.0, 7.5, 20.0, 100.0, huge, info.max, float("inf")]
    if dtype == torch.float64:
        positive += [1e-300, 1e300]
    values = [v for p in positive for v in (p, -p)] + [float("nan")]
    return torch.tensor(values, dtype=dtype)


def whole(vector):
    """The vector, continued from its start so that no element is left for the scalar loop that
    follows PyTorch's vector loops, and may give something else."""
    length = -(-len(vector) // 64) * 64
    return vector.repeat(2 + 64 // len(vector))[:length].clone()


def combinations(count, dtype, limit=1600):
    """`count` vectors that together hold every combination of special values, or many of them."""
    values = specials(dtype)
    if count == 1:
        return [whole(values)]
    if count == 2:
        return [whole(c.reshape(-1)) for c in torch.meshgrid(values, values, indexing="ij")]
    generator = torch.Generator().manual_seed(count)
    picks = torch.randint(len(values), (count, limit), generator=generator)
    return [values[p] for p in picks]


def ordinary(shape, dtype, generator):
    """Numbers between -2 and 2 that 16 bits hold exactly, none of them zero."""
    numbers = torch.randint(-32, 32, shape, generator=generator).double()
    return ((numbers + 0.5) / 16).to(dtype)


def sprinkled(*values):
    def fill(shape, dtype, generator):
        result = ordinary(shape, dtype, generator)
        which = torch.randint(3 * len(values) + 2, shape, generator=generator)
        if which.numel() > 0:
            which.view(-1)[0] = 0
        for i, value in enumerate(values):
            result = torch.where(which == i, torch.tensor(value, dtype=dtype), result)
        return result
    return fill


def constant(value):
    return lambda shape, dtype, generator: torch.full(shape, value, dtype=dtype)


def scaled(power):
    """Ordinary numbers of one sign, times a power of ten that the dtype holds."""
    def fill(shape, dtype, generator):
        limit = 4 if dtype == torch.float16 else 30
        exponent = max(-limit - 2, min(limit, power))
        return (ordinary(shape, torch.float64, generator).abs() * 10.0**exponent).to(dtype)
    return fill


def choice(*values):
    def fill(shape, dtype, generator):
        return torch.tensor(values, dtype=dtype)[
            torch.randint(len(values), shape, generator=generator)]
    return fill


def mixed(shape, dtype, generator):
    # Of huge numbers a sum may hold several, whose order then decides whether it overflows.
    values = specials(dtype)
    values = values[values.isinf() | values.isnan() | (values.abs() <= 100)]
    return values[torch.randint(len(values), shape, generator=generator)]


INF, NAN = float("inf"), float("nan")
FILLS = {
    "zeros": constant(0.0),
    "negative-zeros": constant(-0.0),
    "ties": choice(-1.0, 0.0, 1.0, 2.0),
    "unit": choice(0.0, 0.25, 0.5, 1.0),
    "some-nan": sprinkled(NAN),
    "some-inf": sprinkled(INF),
    "some-negative-inf": sprinkled(-INF),
    "some-infinities": sprinkled(INF, -INF),
    "some-zeros": sprinkled(0.0, -0.0),
    "all-inf": constant(INF),
    "all-negative-inf": constant(-INF),
    "all-nan": constant(NAN),
    "huge": scaled(30),
    "tiny": scaled(-30),
    "mixed": mixed,
}
