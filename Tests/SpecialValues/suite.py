"""Conformance suites: templates from the recorded ones, and a writer.

The format is described in Tests/Golden/conformance/README.md.
"""

import json
import math
import os
import pathlib
import warnings

import torch
from safetensors.torch import load_file, save_file
from torch.testing._internal.common_methods_invocations import op_db

OPERATORS = {(o.name, o.variant_test_name): o for o in op_db}
# PyTorch reads outside of its memory where coordinates are NaN or infinite.
CRASHES = {
    "nn.functional.grid_sample", "grid_sampler_2d", "grid_sampler_3d", "nn.functional.pdist"}
RTOL = {
    torch.float16: 2e-3, torch.bfloat16: 1.6e-2, torch.float32: 1e-4, torch.float64: 1e-7}


class Templates:
    """The recorded calls of one suite, as Python arguments."""

    def __init__(self, path):
        self.cases = json.loads(pathlib.Path(path).read_text())["cases"]
        self.tensors = load_file(str(path).replace(".json", ".safetensors"))

    def decode(self, arg):
        (kind, value), = [(k, v) for k, v in arg.items() if k in DECODE][:1]
        if kind == "tensor":
            stored = self.tensors[value]
            if "shape" in arg:
                stored = torch.as_strided(stored, arg["shape"], arg["strides"], arg["offset"])
            result = stored.contiguous().clone()
            result.leaf = bool(arg.get("requires_grad"))
            return result
        if kind in ("list", "tuple"):
            return (list if kind == "list" else tuple)(self.decode(v) for v in value)
        if kind == "slice":
            return slice(*(self.decode(v) for v in value))
        return DECODE[kind](value)

    def call(self, case):
        return (
            [self.decode(a) for a in case["args"]],
            {k: self.decode(v) for k, v in case["kwargs"].items()})


DECODE = {
    "tensor": None, "list": None, "tuple": None, "slice": None, "int": int, "bool": bool, "str": str,
    "float": float, "none": lambda _: None, "ellipsis": lambda _: ...,
    "dtype": lambda n: getattr(torch, n), "device": lambda n: n,
    "layout": lambda n: getattr(torch, n), "memory_format": lambda n: getattr(torch, n)}


class Writer:
    """Runs calls in PyTorch and records them."""

    def __init__(self):
        self.lines, self.tensors, self.names, self.ids = [], {}, {}, set()

    def name(self, tensor):
        tensor = tensor.detach().contiguous()
        if tensor._is_zerotensor():
            tensor = torch.zeros(tensor.shape, dtype=tensor.dtype)
        # The strides of a dimension of one element are arbitrary even where a tensor is contiguous.
        flat = torch.empty(tensor.numel(), dtype=tensor.dtype)
        tensor = flat.copy_(tensor.reshape(-1)).view(tensor.shape)
        key = (tensor.dtype, tuple(tensor.shape), flat.view(torch.uint8).numpy().tobytes())
        if key not in self.names:
            self.names[key] = f"t{len(self.names)}"
            self.tensors[self.names[key]] = tensor
        return self.names[key]

    def encode(self, value):
        if isinstance(value, torch.Tensor):
            arg = {"tensor": self.name(value)}
            return {**arg, "requires_grad": True} if value.requires_grad else arg
        if value is None:
            return {"none": True}
        if value is ...:
            return {"ellipsis": True}
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [self.encode(v) for v in value]}
        if isinstance(value, slice):
            return {"slice": [self.encode(v) for v in (value.start, value.stop, value.step)]}
        if isinstance(value, bool):
            return {"bool": value}
        if isinstance(value, int):
            return {"int": value}
        if isinstance(value, float):
            plain = math.isfinite(value)
            return {"float": value if plain else "nan" if value != value else str(value)}
        if isinstance(value, str):
            return {"str": value}
        for kind in ("dtype", "layout", "memory_format"):
            if isinstance(value, getattr(torch, kind)):
                return {kind: str(value).removeprefix("torch.")}
        raise TypeError(f"cannot record {type(value)}")

    def add(self, key, identity, dtype, args, kwargs, elementwise=False, cotangent="ordinary"):
        """Calls an operator; records its results, its gradients, or that it refuses."""
        op = key[0]
        assert identity not in self.ids, identity
        if op in CRASHES and not survives(lambda: self.record(
                key, identity, dtype, args, kwargs, elementwise, cotangent)):
            return
        self.record(key, identity, dtype, args, kwargs, elementwise, cotangent)

    def record(self, key, identity, dtype, args, kwargs, elementwise, cotangent):
        op, variant = key
        self.ids.add(identity)
        case = {
            "id": identity, "op": op, "variant": variant, "dtype": str(dtype).split(".")[1],
            "args": [self.encode(a) for a in args],
            "kwargs": {k: self.encode(v) for k, v in kwargs.items()}}
        leaves = dict(leaf_paths(args, kwargs))
        function = OPERATORS[key].op if key in OPERATORS else EXTRA[key]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = function(*args, **kwargs)
                outputs = flatten(result)
                case["outputs"] = [self.encode(detached(o)) for o in outputs]
                gradients = self.gradients(outputs, leaves, cotangent)
        except NotImplementedError as error:
            return self.ids.discard(identity)
        except Exception as error:
            if "not implemented for" in str(error) or "derivative for" in str(error):
                return self.ids.discard(identity)
            case.pop("outputs", None)
            case["error"] = str(error).split("\n")[0][:200]
            case["error_type"] = type(error).__name__
            self.lines.append(json.dumps(case))
            return
        case["cotangents"], case["grads"] = gradients
        case["rtol"] = RTOL[dtype]
        # Elementwise functions are compared relative to each element, all else to the largest.
        case["scaled_atol"] = 0.0 if elementwise else RTOL[dtype]
        # Where numbers are so small that the dtype holds few of their digits.
        case["atol"] = (2 if elementwise else 32) * torch.finfo(dtype).tiny * torch.finfo(dtype).eps
        self.lines.append(json.dumps(case))

    def gradients(self, outputs, leaves, kind):
        cotangents, total = [], []
        for output in outputs:
            if not (isinstance(output, torch.Tensor) and output.requires_grad):
                cotangents.append(None)
                continue
            pattern = torch.tensor([1.0, -0.5, 2.0, 1.5, -1.0])
            if kind == "zero":
                pattern = pattern * 0
            flat = pattern.repeat(output.numel() // 5 + 1)[:output.numel()]
            cotangent = flat.reshape(output.shape).to(output.dtype)
            cotangents.append(self.name(cotangent))
            total.append((output, cotangent))
        for leaf in leaves.values():
            leaf.grad = None
        if total:
            torch.autograd.backward([o for o, _ in total], [c for _, c in total])
        return cotangents, {
            p: self.name(leaf.grad) for p, leaf in leaves.items() if leaf.grad is not None}

    def save(self, path):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = json.dumps({"format": 1, "torch": torch.__version__, "suite": path.name})[:-1]
        path.with_name(path.name + ".json").write_text(
            head + ', "cases":[\n' + ",\n".join(self.lines) + "\n]}\n")
        save_file(self.tensors, path.with_name(path.name + ".safetensors"))


def survives(action):
    """Whether a child process lives through `action`."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    return not os.WIFSIGNALED(os.waitpid(child, 0)[1])


def flatten(result):
    if isinstance(result, (list, tuple)):
        return [x for part in result for x in flatten(part)]
    return [result]


def detached(value):
    return value.detach() if isinstance(value, torch.Tensor) else value


def leaf_paths(args, kwargs):
    def walk(value, path):
        if isinstance(value, torch.Tensor):
            if value.requires_grad:
                yield path, value
        elif isinstance(value, (list, tuple)):
            for i, v in enumerate(value):
                yield from walk(v, f"{path}.{i}")
    for i, value in enumerate(args):
        yield from walk(value, str(i))
    for name, value in kwargs.items():
        yield from walk(value, f"k:{name}")


# Calls that PyTorch's database of operators does not have.
EXTRA = {("nn.functional.interpolate", ""): torch.nn.functional.interpolate}
