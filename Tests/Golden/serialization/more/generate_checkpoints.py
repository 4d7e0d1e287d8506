"""Makes the checkpoints beside it with real PyTorch (2.15): python generate_checkpoints.py

views            conjugate and negative views, which PyTorch saves uncomputed
values           what weights_only=True loads besides tensors, numbers, texts, lists and dictionaries
layers           a ModuleList of layers, with how PyTorch prints it
older_layers     layers without the attributes that they did not have in older versions
entry            a model as an entry of a dictionary
tied             a model with a layer that stands twice, and a buffer that state dicts leave out
counter          a schedule's milestones
sparse, quantized, fnuz   tensors that are refused
refused          layers that do what Kindling's do not, or contradict themselves
"""

import collections
import pathlib
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent


def save(name, value, legacy=True):
    torch.save(value, FOLDER / f"{name}.pt")
    if legacy:
        torch.save(value, FOLDER / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)


def views():
    c = torch.view_as_complex(torch.tensor([[1.0, 2.0], [3.0, -4.0], [5.0, 0.5]]))
    both = torch._neg_view(c.conj())
    return {
        "plain": c, "conj": c.conj(), "part": c.conj()[1:], "imag": c.clone().conj().imag, "both": both,
        "neg": torch._neg_view(torch.tensor([[1, 2], [3, 4]]).t()),
        "parameter": nn.Parameter(c.to(torch.complex128).conj()),
    }


def values():
    tensor = torch.tensor([1.0, 2.0])
    tensor.note = "attribute"
    return {
        "w": torch.tensor([3.0, 4.0]), "set": {1, 2}, "empty": set(),
        "keys": {(1, "a"): 1, ((2,), None): 2, torch.Size([3]): 3, torch.int8: 4},
        "complex": 1 - 2j, "cpu": torch.device("cpu"), "cuda": torch.device("cuda", 1),
        "layout": torch.strided, "bytes": bytearray(b"ab"), "attributes": [tensor, tensor],
        "buffer": nn.Buffer(torch.tensor([7])),
        "untyped": torch.tensor([1, 2], dtype=torch.int16).untyped_storage(),
        "typed": torch.tensor([0.5, 1.5]).storage(),
    }


def layers():
    torch.manual_seed(0)
    return nn.ModuleList([
        nn.MultiheadAttention(4, 2, dropout=0.1, batch_first=True),
        nn.MultiheadAttention(4, 2, bias=False, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=5),
        nn.Bilinear(2, 3, 4), nn.Bilinear(1, 2, 1, bias=False),
        nn.EmbeddingBag(5, 3, max_norm=2.0, mode="sum", include_last_offset=True, padding_idx=1),
        nn.Fold((4, 5), 2, stride=(1, 2)), nn.Unfold((2, 3), padding=1, dilation=2),
        nn.CosineSimilarity(0, 1e-4), nn.PairwiseDistance(1.5, keepdim=True),
        nn.LPPool1d(2, 3, ceil_mode=True), nn.LPPool2d(1.5, (2, 1), stride=2), nn.LPPool3d(3, 2),
        nn.FractionalMaxPool2d(2, output_size=(3, 2)), nn.FractionalMaxPool2d(3, output_ratio=0.5),
        nn.CTCLoss(2, "sum", True), nn.TripletMarginLoss(0.5, 1, 1e-4, True),
        nn.MarginRankingLoss(0.5), nn.HingeEmbeddingLoss(2.0, reduction="none"),
        nn.GaussianNLLLoss(full=True), nn.PoissonNLLLoss(False, True, eps=1e-4),
        nn.SoftMarginLoss(reduction="sum"), nn.MultiMarginLoss(2, 0.5, torch.tensor([1.0, 2.0])),
        nn.MultiLabelMarginLoss(), nn.MultiLabelSoftMarginLoss(torch.tensor([0.5])),
        nn.CosineEmbeddingLoss(0.25),
    ])


def older_layers():
    without = [
        (nn.Conv2d(1, 2, 2), ["padding_mode", "transposed"]),
        (nn.ConvTranspose1d(1, 2, 2), ["padding_mode", "transposed"]),
        (nn.Softmax(1), ["dim"]), (nn.LogSoftmax(1), ["dim"]), (nn.Softmin(1), ["dim"]),
        (nn.AvgPool2d(2), ["ceil_mode", "count_include_pad", "divisor_override"]),
        (nn.AvgPool3d(2), ["padding", "ceil_mode", "count_include_pad", "divisor_override"]),
        (nn.MaxPool2d(2), ["return_indices"]), (nn.CrossEntropyLoss(), ["label_smoothing"]),
        (nn.CTCLoss(), ["zero_infinity"]), (nn.GELU(), ["approximate"]), (nn.PReLU(), ["init"]),
        (nn.MultiheadAttention(2, 1), ["batch_first", "_qkv_same_embed_dim"]),
        (nn.EmbeddingBag(2, 1), ["include_last_offset", "padding_idx"]),
        (nn.BatchNorm1d(1), ["_non_persistent_buffers_set"]),
    ]
    for layer, names in without:
        for name in names:
            delattr(layer, name)
    return nn.ModuleList(layer for layer, _ in without)


def refused():
    bag, attention = nn.EmbeddingBag(2, 1), nn.MultiheadAttention(4, 2)
    bag.mode, attention.num_heads = "product", 3
    wide = nn.MultiheadAttention(2, 1)
    wide.embed_dim = wide.kdim = wide.vdim = 2**62
    return {
        "adaptive": nn.AdaptiveMaxPool2d(2, return_indices=True),
        "fractional": nn.FractionalMaxPool2d(2, output_size=2, return_indices=True),
        "frequency": nn.EmbeddingBag(2, 1, scale_grad_by_freq=True), "bag": bag,
        "attention": attention, "wide": wide,
    }


def tied():
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    model.register_buffer("seen", torch.zeros(1))
    model.register_buffer("scratch", torch.zeros(1), persistent=False)
    return model


def main():
    torch.manual_seed(0)
    save("views", views())
    save("values", values())
    save("layers", layers(), legacy=False)
    (FOLDER / "layers.txt").write_text(f"{layers()}\n")
    save("older_layers", older_layers(), legacy=False)
    save("entry", {"model": nn.Sequential(nn.Linear(2, 1)), "epoch": 3, "ema": nn.Linear(1, 1)},
         legacy=False)
    save("refused", refused(), legacy=False)
    save("tied", tied(), legacy=False)
    save("counter", {"milestones": collections.Counter([2, 4, 4])})
    save("sparse", {"s": torch.eye(2).to_sparse()})
    save("quantized", {"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})
    save("fnuz", {"f": torch.ones(2).to(torch.float8_e4m3fnuz)})


if __name__ == "__main__":
    main()
