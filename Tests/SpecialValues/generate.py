"""Writes conformance suites in which every operator meets special values.

The calls are those of the recorded suites in Tests/Golden/conformance; their tensors of floats are
filled with special values, in every dtype of floats. What PyTorch computes is the expectation.

    python Tests/SpecialValues/generate.py FOLDER [SUITE ...] [--op NAME]
"""

import argparse
import json
import pathlib
import zlib

import torch
from safetensors.torch import load_file, save_file

from suite import Templates, Writer
from values import FILLS, FLOATS, combinations

RECORDED = pathlib.Path(__file__).resolve().parent.parent / "Golden" / "conformance"
# Suites without arguments of floats, or without operators.
SKIPPED_SUITES = {"creation", "fft"}
# Not replayed by the tests: results differ with the LAPACK that is installed, or hold no arithmetic.
UNRECORDED = {"linalg", "shape_and_views", "other"}
RECORDED_FILLS = {"zeros", "ties", "some-nan", "some-infinities", "huge"}
# The results depend on a choice (decompositions, the order of equal elements), on random numbers, or
# on memory that nothing was written to.
NONUNIQUE = {
    "svd", "linalg.svd", "linalg.eigh", "linalg.qr", "qr", "geqrf", "linalg.ldl_factor",
    "linalg.ldl_factor_ex", "svd_lowrank", "pca_lowrank", "linalg.householder_product", "ormqr",
    "linalg.lstsq", "topk", "kthvalue", "resize_"}
# Random where the bounds that are passed differ.
RANDOM = {"nn.functional.rrelu"}
# Elementwise operators outside the elementwise suites, and those inside that are not.
ELEMENTWISE_SUITES = {"elementwise_unary", "elementwise_binary"}
ELEMENTWISE_SUITE_PARTS = {"special": ("special.", "i0", "igamma", "mvlgamma", "polygamma"),
                           "nn_activations": ("nn.functional.",)}
NOT_ELEMENTWISE = {
    "nn.functional.softmin", "nn.functional.glu", "nn.functional.prelu", "mvlgamma",
    "nn.functional.multi_head_attention_forward", "nn.functional.scaled_dot_product_attention"}
SCALARS = [0.0, 1.0, 2.0, 3.0, 0.5, -1.0, -0.5, 1e30, float("inf"), float("-inf"), float("nan")]


def is_elementwise(suite, op):
    if op in NOT_ELEMENTWISE:
        return False
    return suite in ELEMENTWISE_SUITES or op.startswith(ELEMENTWISE_SUITE_PARTS.get(suite, ("\0",)))


def tensors_of(value):
    """The tensors of floats in an argument."""
    if isinstance(value, torch.Tensor):
        return [value] if value.is_floating_point() else []
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_of(v)]
    return []


def mapped(value, change):
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(v, change) for v in value)
    return value


def rebuilt(args, kwargs, change):
    return [mapped(a, change) for a in args], {k: mapped(v, change) for k, v in kwargs.items()}


def signature(args, kwargs, shapes=True):
    def text(value):
        if isinstance(value, torch.Tensor):
            return f"{value.dtype}{tuple(value.shape) if shapes else ''}"
        if isinstance(value, (list, tuple)):
            return "[" + ",".join(text(v) for v in value) + "]"
        return repr(value)
    return ";".join(text(a) for a in args) + "|" + ";".join(
        f"{k}={text(v)}" for k, v in sorted(kwargs.items()))


def leaf(tensor, like):
    return tensor.requires_grad_() if like.leaf else tensor


def elementwise_cases(writer, key, name, templates, recorded):
    seen = set()
    for n, (args, kwargs) in enumerate(templates):
        if signature(args, kwargs, False) in seen:
            continue
        seen.add(signature(args, kwargs, False))
        number = next((i for i, a in enumerate(args) if type(a) is float), None)
        variants = [("", args)]
        if number is not None and len(seen) < 4 and not recorded and key[0] not in RANDOM:
            variants += [
                (f".{s}", [*args[:number], s, *args[number + 1:]]) for s in SCALARS]
        if recorded and len(seen) > 2:
            return
        for dtype in FLOATS:
            for label, arguments in variants:
                count = len(tensors_of(arguments) + tensors_of(list(kwargs.values())))
                if count == 0:
                    continue
                few = recorded and (count > 1 or dtype != torch.float32)
                if few and count > 1 and dtype != torch.float32:
                    continue
                for cotangent in ("ordinary",) if few else ("ordinary", "zero"):
                    fills = iter(combinations(count, dtype))
                    length = len(combinations(count, dtype)[0])

                    def change(t):
                        if t.is_floating_point():
                            return leaf(next(fills).clone(), t)
                        if t.numel() == 0:
                            return t.new_ones(length)
                        return t.flatten().repeat(length // t.numel() + 1)[:length]

                    a, k = rebuilt(arguments, kwargs, change)
                    writer.add(
                        key, f"{name}/{dtype_name(dtype)}/{n}{label}.{cotangent}", dtype, a, k,
                        elementwise=True, cotangent=cotangent)


def dtype_name(dtype):
    return str(dtype).split(".")[1]


MODES = {
    "all": lambda i: True,
    "first": lambda i: i == 0,
    "second": lambda i: i == 1,
    "others": lambda i: i > 0,
}


def general_cases(writer, key, name, templates, limit, recorded):
    chosen, seen = [], set()
    for args, kwargs in templates:
        floats = tensors_of(args) + tensors_of(list(kwargs.values()))
        text = signature(args, kwargs)
        if not floats or text in seen or any(t.numel() > 500 for t in floats):
            continue
        seen.add(text)
        chosen.append((args, kwargs, len(floats)))
    step = max(1, len(chosen) // limit)
    for n, (args, kwargs, count) in enumerate(chosen[::step][:limit]):
        modes = {1: ["all"], 2: ["all", "first", "second"]}.get(count, ["all", "first", "others"])
        for dtype in [torch.float32] if recorded else FLOATS:
            few = dtype in (torch.float16, torch.bfloat16)
            for mode in modes:
                for fill in FILLS:
                    if few and fill in ("all-inf", "huge", "unit", "some-zeros", "zeros"):
                        continue
                    if recorded and (mode != "all" or fill not in RECORDED_FILLS):
                        continue
                    fill_case(writer, key, f"{name}/{dtype_name(dtype)}/{n}.{mode}.{fill}",
                              dtype, args, kwargs, FILLS[fill], MODES[mode])
            shape_cases(writer, key, f"{name}/{dtype_name(dtype)}/{n}", dtype, args, kwargs)
            mask_cases(writer, key, f"{name}/{dtype_name(dtype)}/{n}", dtype, args, kwargs)


def fill_case(writer, key, identity, dtype, args, kwargs, fill, chosen):
    generator = torch.Generator().manual_seed(zlib.crc32(identity.split("/", 1)[0].encode()))
    position = iter(range(1000))

    def change(t):
        if not t.is_floating_point():
            return t.clone()
        if chosen(next(position)):
            return leaf(fill(tuple(t.shape), dtype, generator), t)
        return leaf(t.detach().to(dtype).clone(), t)

    writer.add(key, identity, dtype, *rebuilt(args, kwargs, change))


def shape_cases(writer, key, identity, dtype, args, kwargs):
    """Empty tensors and single elements, where all tensors have one shape."""
    shapes = {tuple(t.shape) for t in all_tensors(args, kwargs)}
    if len(shapes) != 1:
        return
    shape, = shapes
    others = {"one": (1,) * len(shape)}
    for d in range(len(shape)):
        others[f"empty{d}"] = shape[:d] + (0,) + shape[d + 1:]
    for label, other in others.items():
        def change(t):
            if not t.is_floating_point():
                return t.flatten()[:1].expand(other).clone() if t.numel() else t.new_zeros(other)
            return leaf(torch.full(other, 0.75, dtype=dtype), t)
        if shape != other:
            writer.add(key, f"{identity}.{label}", dtype, *rebuilt(args, kwargs, change))


def all_tensors(args, kwargs):
    found = []
    rebuilt(args, kwargs, lambda t: found.append(t) or t)
    return found


def mask_cases(writer, key, identity, dtype, args, kwargs):
    """Masks that let everything through, or nothing."""
    if not any(t.dtype == torch.bool for t in all_tensors(args, kwargs)):
        return
    for value in (False, True):
        def change(t):
            if t.dtype == torch.bool:
                return torch.full_like(t, value)
            return leaf(t.detach().to(dtype).clone(), t) if t.is_floating_point() else t.clone()
        writer.add(key, f"{identity}.mask-{str(value).lower()}", dtype,
                   *rebuilt(args, kwargs, change))


def keep(path, target, wanted):
    """Writes the cases of the suite at `path` that are wanted as the suite `target`."""
    suite, tensors = json.loads(path.read_text()), load_file(path.with_suffix(".safetensors"))
    lines = [json.dumps(case) for case in suite.pop("cases") if wanted(case)]
    target.with_suffix(".json").write_text(
        json.dumps(suite)[:-1] + ', "cases":[\n' + ",\n".join(lines) + "\n]}\n")
    used = {name for name in tensors if f'"{name}"' in "".join(lines)}
    save_file({n: t for n, t in tensors.items() if n in used}, target.with_suffix(".safetensors"))


def write_resizes(folder, recorded):
    """Interpolation by factors that leave a size as it is, or nearly double it, and of bytes."""
    writer, generator = Writer(), torch.Generator().manual_seed(0)
    key, number = ("nn.functional.interpolate", ""), 0
    smooth = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}
    for rank in (1, 2, 3):
        for mode in ["nearest", "nearest-exact", "area"] + smooth[rank]:
            for factors in ([1.3] * rank, [2.2] * rank, [1.4, 1.0, 2.1][:rank], [0.7] * rank):
                for aligned in (None, True) if mode in smooth[rank] else (None,):
                    for antialias in (False, True) if mode in smooth[2] and not aligned else (False,):
                        x = torch.randn([2, 3] + [3, 4, 5][:rank], generator=generator)
                        kwargs = {"scale_factor": factors, "mode": mode, "antialias": antialias}
                        if aligned is not None:
                            kwargs["align_corners"] = aligned
                        writer.add(key, f"nn.functional.interpolate//float32/{number}",
                                   torch.float32, [x.requires_grad_()], kwargs)
                        number += 1
    for size in ([20, 20], [7, 31], [40, 12], [13, 64]):
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
            for antialias in (False, True) if mode in smooth[2] else (False,):
                for channels in (3,) if recorded else (3, 5):
                    shape = [1, channels, 13, 31]
                    x = torch.randint(256, shape, generator=generator, dtype=torch.uint8)
                    writer.add(key, f"nn.functional.interpolate//uint8/{number}", torch.float32, [x],
                               {"size": size, "mode": mode, "antialias": antialias})
                    number += 1
    writer.save(pathlib.Path(folder) / "interpolate")
    print(f"interpolate: {len(writer.lines)} cases", flush=True)


def write(folder, wanted, operator, limit, recorded=False):
    if not operator and (not wanted or "interpolate" in wanted):
        write_resizes(folder, recorded)
    for path in sorted(RECORDED.glob("*.json")):
        suite = path.stem
        if suite in SKIPPED_SUITES or wanted and suite not in wanted or (
                recorded and suite in UNRECORDED):
            continue
        templates, writer, calls = Templates(path), Writer(), {}
        for case in templates.cases:
            if case["dtype"] != "float32" or "error" in case or case.get("nonunique"):
                continue
            if case["op"] in NONUNIQUE or operator and case["op"] != operator:
                continue
            calls.setdefault((case["op"], case["variant"]), []).append(templates.call(case))
        for key, list_of_calls in calls.items():
            name = "/".join(key)
            if is_elementwise(suite, key[0]):
                elementwise_cases(writer, key, name, list_of_calls, recorded)
            else:
                general_cases(writer, key, name, list_of_calls, limit, recorded)
        if writer.lines:
            writer.save(pathlib.Path(folder) / suite)
            print(f"{suite}: {len(writer.lines)} cases", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--op")
    parser.add_argument("--limit", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    write(options.folder, options.suites, options.op, options.limit)
