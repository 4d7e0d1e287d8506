"""Makes the checkpoints beside it with real PyTorch (2.15) and NumPy (2): python generate_opaque.py FOLDER

objects     objects of Python's and of a script's own classes beside a tensor
arrays      NumPy's numbers and arrays beside a tensor
tensors     tensors of kinds that Kindling does not have beside others
namespace   a Namespace that holds a tensor
model_and_args, module_with_objects   modules beside and with other objects
rezipped    a checkpoint whose records another program compressed
"""
import argparse, collections, datetime, enum, pathlib, random, sys, types, decimal, fractions, uuid
import numpy as np, torch
out = pathlib.Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
class Color(enum.Enum):
    RED = 1
Point = collections.namedtuple("Point", "x y")
class Config:
    def __init__(self): self.width = 3; self.me = self
class Outer:
    class Inner: pass
w = torch.arange(6.0).reshape(2, 3)
dd = collections.defaultdict(list); dd["a"].append(1)
inner = Outer.Inner(); inner.depth = 2
objects = {
    "w": w,
    "namespace": argparse.Namespace(lr=0.1, layers=[1, 2]),
    "default": dd, "path": pathlib.PurePosixPath("a/b"),
    "when": datetime.datetime(2024, 5, 6, 7, 8, 9), "span": datetime.timedelta(days=2),
    "point": Point(1, w), "color": Color.RED, "config": Config(), "inner": inner,
    "deque": collections.deque([1, 2], maxlen=4), "frozen": frozenset([1]),
    "simple": types.SimpleNamespace(a=1), "decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3), "uuid": uuid.UUID(int=5), "range": range(3),
    "class": collections.OrderedDict, "function": torch.nn.functional.relu,
    "random": random.Random(0).getstate()[2], "generator": np.random.RandomState(0),
    "empty": b"",
}
arrays = {
    "w": w,
    "f8": np.float64(0.25), "f4": np.float32(0.5), "f2": np.float16(1.5), "i8": np.int64(-7),
    "u1": np.uint8(200), "big": np.uint64(2**63 + 1), "flag": np.bool_(True), "c8": np.complex64(1 - 2j),
    "text": np.str_("hi"), "day": np.datetime64("2024-01-02"),
    "a": np.arange(6, dtype=np.float32).reshape(2, 3), "fortran": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "swapped": np.arange(3, dtype=">i4"), "unsigned": np.array([1, 2**31], dtype=np.uint32),
    "none": np.zeros((0, 2)), "zero": np.array(5.5), "complex": np.array([1 + 2j]),
    "objects": np.array([None, 1], dtype=object), "texts": np.array(["a", "bc"]),
    "record": np.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")]),
    "rng": np.random.RandomState(0).get_state(),
}
i = torch.tensor([[0, 1], [2, 0]])
tensors = {
    "w": w,
    "sparse": torch.sparse_coo_tensor(i, torch.tensor([3.0, 4.0]), (2, 3)),
    "csr": w.to_sparse_csr(),
    "quantized": torch.quantize_per_tensor(torch.tensor([-1.0, 0.5]), 0.25, 2, torch.qint8),
    "meta": torch.empty(2, 3, device="meta"),
    "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "fnuz": torch.tensor([1.0]).to(torch.float8_e4m3fnuz),
    "last": torch.tensor([7, 8]),
}
for name, value in [("objects", objects), ("arrays", arrays), ("tensors", tensors)]:
    torch.save(value, out / f"{name}.pt")
    torch.save(value, out / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(value, out / f"{name}.protocol5.pt", pickle_protocol=5)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__(); self.l = torch.nn.Linear(2, 1); self.args = argparse.Namespace(a=1); self.path = pathlib.PurePosixPath("x")
torch.save({"model": torch.nn.Sequential(torch.nn.Linear(2, 1)), "args": argparse.Namespace(lr=0.5), "best": np.float64(0.5), "ema": w}, out / "model_and_args.pt")
lin = torch.nn.Linear(2, 1); lin.note = np.float64(2); lin.args = argparse.Namespace(a=1)
torch.save(lin, out / "module_with_objects.pt")
torch.save(argparse.Namespace(lr=0.5, w=w), out / "namespace.pt")
# Compressed again by another program.
import zipfile
torch.save({"w": torch.arange(1000.0), "b": torch.ones(3)}, out / "plain.pt")
with zipfile.ZipFile(out / "plain.pt") as a, zipfile.ZipFile(out / "rezipped.pt", "w", zipfile.ZIP_DEFLATED) as b:
    for n in a.namelist(): b.writestr(n, a.read(n))
(out / "plain.pt").unlink()
