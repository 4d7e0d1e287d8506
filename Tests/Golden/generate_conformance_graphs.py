#!/usr/bin/env python3
"""Writes conformance-graphs.json: for every recorded operator call with an input that requires a
gradient, the name of each output's backward node, "-" for an output without a gradient, and a "!" behind
the name where going backward fails because there is no derivative.

    python generate_conformance_graphs.py conformance conformance-graphs.json

needs torch 2.15 with its testing module, and safetensors.
"""
import glob, json, sys, warnings

warnings.simplefilter("ignore")
import torch
from safetensors.torch import load_file
from torch.testing._internal.common_methods_invocations import op_db

torch.set_num_threads(1)
operators = {}
for operator in op_db:
    operators.setdefault((operator.name, operator.variant_test_name), operator.op)


def argument(a, tensors):
    if "tensor" in a:
        t = tensors[a["tensor"]].clone()
        if "strides" in a:
            t = t.as_strided(a["shape"], a["strides"], a["offset"])
        return t.detach().requires_grad_() if a.get("requires_grad") else t
    (kind, value), = a.items()
    if kind in ("dtype", "layout", "memory_format"):
        return getattr(torch, value)
    if kind == "slice":
        return slice(*[argument(x, tensors) for x in value])
    if kind == "list":
        return [argument(x, tensors) for x in value]
    if kind == "tuple":
        return tuple(argument(x, tensors) for x in value)
    plain = {"none": None, "float": float(value) if kind == "float" else None, "ellipsis": ...}
    return plain[kind] if kind in plain else torch.device(value) if kind == "device" else value


def flattened(x):
    if isinstance(x, (list, tuple)):
        return [z for y in x for z in flattened(y)]
    return [] if x is None else [x]


def node(t):
    if not isinstance(t, torch.Tensor) or not t.requires_grad:
        return ""
    try:
        t.sum().backward(retain_graph=True)
    except RuntimeError as error:
        assert "not implemented" in str(error), error
        return type(t.grad_fn).__name__ + "!"
    return type(t.grad_fn).__name__ if t.grad_fn else "leaf"


if __name__ == "__main__":
    graphs = {}
    for path in sorted(glob.glob(sys.argv[1] + "/*.json")):
        tensors = load_file(path[:-5] + ".safetensors")
        for case in json.load(open(path))["cases"]:
            if "error" in case or '"requires_grad": true' not in json.dumps(case):
                continue
            args = [argument(a, tensors) for a in case["args"]]
            kwargs = {k: argument(a, tensors) for k, a in case["kwargs"].items()}
            result = operators[case["op"], case["variant"]](*args, **kwargs)
            names = " ".join(node(t) or "-" for t in flattened(result))
            call, sample = "/".join(case["id"].split("/")[:-2]), "/".join(case["id"].split("/")[-2:])
            graphs.setdefault(call, {}).setdefault(names, []).append(sample)

    lines = []
    for call, names in graphs.items():
        entry = {n: samples if len(names) > 1 else [] for n, samples in names.items()}
        lines.append(f" {json.dumps(call)}: {json.dumps(entry, separators=(',', ':'))}")
    with open(sys.argv[2], "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
