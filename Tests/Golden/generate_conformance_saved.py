#!/usr/bin/env python3
"""Writes conformance-saved.json: for every recorded operator call with an input that requires a
gradient, what the graph keeps of it, as PyTorch tells by refusing to go backward after a write: the paths
of such arguments and "out0", "out1", … for results, and "twice" where going backward a second time is
refused. Behind a bar stand the paths of the inputs whose gradients, made with `create_graph`, require a
gradient themselves. Where several inputs require gradients, a second bar follows, and for each of them what
the graph keeps if it alone requires one, as "0>1 2, 1>0".

    python generate_conformance_saved.py conformance conformance-saved.json

needs torch 2.15 with its testing module, and safetensors.
"""
import glob, json, sys, warnings

warnings.simplefilter("ignore")
import torch
from safetensors.torch import load_file
from generate_conformance_graphs import argument, flattened, operators

torch.set_num_threads(1)


class Call:
    """A fresh call of the case: arguments, results, and the sum of what can be differentiated."""

    def __init__(self, case, tensors, alone=None):
        args = [argument(a, tensors) for a in case["args"]]
        kwargs = {k: argument(a, tensors) for k, a in case["kwargs"].items()}
        self.tensors = {}
        for i, a in enumerate(args):
            self.collect(str(i), a)
        for k, a in kwargs.items():
            self.collect("k:" + k, a)
        for path, t in self.tensors.items():
            if alone is not None and path != alone:
                t.requires_grad_(False)
        torch.manual_seed(0)
        self.results = [
            t for t in flattened(operators[case["op"], case["variant"]](*args, **kwargs)) if isinstance(t, torch.Tensor)]

    def collect(self, path, a):
        if isinstance(a, torch.Tensor):
            self.tensors[path] = a
        elif isinstance(a, (list, tuple)):
            for i, x in enumerate(a):
                self.collect(f"{path}.{i}", x)

    def total(self):
        parts = [t.sum() for t in self.results if t.requires_grad]
        return sum(parts[1:], parts[0]) if parts else None


def refuses(call):
    try:
        call.total().backward(retain_graph=True)
    except RuntimeError as error:
        return "modified by an inplace operation" in str(error)
    return False


def write(t):
    with torch.no_grad():
        t.copy_(t.clone())


def saves(case, tensors, alone=None):
    """What the graph keeps, if only the input `alone` requires a gradient, or all that do."""
    kept = []
    call = Call(case, tensors, alone)
    if call.total() is None:
        return kept
    call.total().backward()
    try:
        # The sum of the results has its own graph.
        sum(t.sum() for t in call.results if t.requires_grad).backward()
    except RuntimeError as error:
        if "second time" in str(error):
            kept.append("twice")
    for path in call.tensors:
        call = Call(case, tensors, alone)
        try:
            write(call.tensors[path])
        except RuntimeError:
            kept.append("~" + path)
            continue
        if refuses(call):
            kept.append(path)
    for i in range(len(call.results)):
        call = Call(case, tensors, alone)
        if call.results[i]._is_view() or any(call.results[i] is t for t in call.tensors.values()):
            kept.append(f"~out{i}")
            continue
        try:
            write(call.results[i])
        except RuntimeError:
            kept.append(f"~out{i}")
            continue
        if refuses(call):
            kept.append(f"out{i}")
    return kept


def entry(case, tensors):
    total = Call(case, tensors).total()
    if total is None:
        return None
    try:
        total.backward()
    except RuntimeError as error:
        return None
    kept = saves(case, tensors)
    call = Call(case, tensors)
    leaves = [(p, t) for p, t in call.tensors.items() if t.requires_grad]
    try:
        grads = torch.autograd.grad(call.total(), [t for _, t in leaves], create_graph=True, allow_unused=True)
        again = [p for (p, _), g in zip(leaves, grads) if g is not None and g.requires_grad]
    except RuntimeError as error:
        again = ["!"]
    found = " ".join(sorted(kept)) + "|" + " ".join(sorted(again))
    if len(leaves) < 2:
        return found
    alone = []
    for path in sorted(p for p, _ in leaves):
        seen = [k for k in saves(case, tensors, path) if "~" + k.strip("~") not in kept and "~" not in k]
        alone.append(path + ">" + " ".join(sorted(seen)))
    return found + "|" + ", ".join(alone)


if __name__ == "__main__":
    found = {}
    for path in sorted(glob.glob(sys.argv[1] + "/*.json")):
        tensors = load_file(path[:-5] + ".safetensors")
        cases = [c for c in json.load(open(path))["cases"]
                 if "error" not in c and '"requires_grad": true' in json.dumps(c)]
        doubles = {(c["op"], c["variant"]) for c in cases if c["dtype"] == "float64"}
        for case in cases:
            # One dtype is enough.
            if case["dtype"] != "float64" and (case["op"], case["variant"]) in doubles:
                continue
            e = entry(case, tensors)
            if e is None:
                continue
            call, sample = "/".join(case["id"].split("/")[:-2]), "/".join(case["id"].split("/")[-2:])
            found.setdefault(call, {}).setdefault(e, []).append(sample)
    lines = []
    for call, names in found.items():
        entry = {n: samples if len(names) > 1 else [] for n, samples in names.items()}
        lines.append(f" {json.dumps(call)}: {json.dumps(entry, separators=(',', ':'))}")
    with open(sys.argv[2], "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
