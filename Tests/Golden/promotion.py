"""Writes promotion.json: the dtypes of operations on three tensors (PyTorch 2.15).

For each operation one letter for every combination of three dtypes and three ranks, 0 and 1, in the order of
`itertools.product`; `-` is an error.
"""

import itertools
import json
import pathlib
import warnings

import torch

warnings.simplefilter("ignore")
DTYPES = ["bool", "uint8", "int64", "float16", "bfloat16", "float32", "float64"]
LETTERS = "bulhBfd"
OPERATIONS = {
    "clamp": torch.clamp,
    "clamp_": lambda a, b, c: a.clone().clamp_(b, c),
    "addcmul": torch.addcmul,
    "addcdiv": torch.addcdiv,
    "lerp": torch.lerp,
    "where": lambda a, b, c: torch.where(a != 0, b, c),
    "stack": lambda a, b, c: torch.hstack([a, b, c]),
    "addr": torch.addr,
}


def letter(operation, dtypes, ranks):
    x = [torch.ones([1] * rank, dtype=getattr(torch, name)) for name, rank in zip(dtypes, ranks)]
    try:
        return LETTERS[DTYPES.index(str(operation(*x).dtype).removeprefix("torch."))]
    except (RuntimeError, NotImplementedError):
        return "-"


table = {
    name: "".join(
        letter(operation, dtypes, ranks)
        for dtypes in itertools.product(DTYPES, repeat=3)
        for ranks in itertools.product((0, 1), repeat=3)
    )
    for name, operation in OPERATIONS.items()
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"dtypes": DTYPES, "letters": LETTERS, "operations": table}, indent=1) + "\n")
