"""losses.json: values, gradients, gradients of gradients and graphs of PyTorch's losses.

    python generate_losses.py losses.json
"""
import json, sys
import torch
import torch.nn.functional as F

torch.manual_seed(11)
f64 = torch.float64
x = torch.randn(3, 4, dtype=f64); y = torch.randn(3, 4, dtype=f64); p = torch.softmax(y, 1)
u = torch.sigmoid(x); t = torch.tensor([0, 3, 1]); ti = torch.tensor([0, -100, 1]); t8 = t.to(torch.uint8)
x4 = torch.randn(2, 3, 2, 2, dtype=f64); t4 = torch.randint(0, 3, (2, 2, 2)); p4 = torch.softmax(torch.randn(2, 3, 2, 2, dtype=f64), 1)
x1 = torch.randn(4, dtype=f64); t1 = torch.tensor(2)
w = torch.rand(4, dtype=f64) + 0.1; w3 = torch.rand(3, dtype=f64) + 0.1; we = torch.rand(3, 4, dtype=f64)
inputs = dict(x=x, y=y, p=p, u=u, t=t, ti=ti, t8=t8, x4=x4, t4=t4, p4=p4, x1=x1, t1=t1, w=w, w3=w3, we=we)

CASES = [
    ("mse", "x", "y", lambda a, b, r: F.mse_loss(a, b, reduction=r)),
    ("mse_weight", "x", "y", lambda a, b, r: F.mse_loss(a, b, reduction=r, weight=we)),
    ("mse_broadcast", "x", "x1", lambda a, b, r: F.mse_loss(a, b, reduction=r)),
    ("l1", "x", "y", lambda a, b, r: F.l1_loss(a, b, reduction=r)),
    ("l1_weight", "x", "y", lambda a, b, r: F.l1_loss(a, b, reduction=r, weight=we)),
    ("smooth_l1", "x", "y", lambda a, b, r: F.smooth_l1_loss(a, b, reduction=r, beta=0.5)),
    ("smooth_l1_0", "x", "y", lambda a, b, r: F.smooth_l1_loss(a, b, reduction=r, beta=0.0)),
    ("huber", "x", "y", lambda a, b, r: F.huber_loss(a, b, reduction=r, delta=0.7)),
    ("ce", "x", "t", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("ce_byte", "x", "t8", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("ce_ignore", "x", "ti", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("ce_weight", "x", "ti", lambda a, b, r: F.cross_entropy(a, b, weight=w, reduction=r)),
    ("ce_smooth", "x", "ti", lambda a, b, r: F.cross_entropy(a, b, label_smoothing=0.1, reduction=r)),
    ("ce_smooth_weight", "x", "ti", lambda a, b, r: F.cross_entropy(a, b, weight=w, label_smoothing=0.1, reduction=r)),
    ("ce_probabilities", "x", "p", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("ce_probabilities_all", "x", "p", lambda a, b, r: F.cross_entropy(a, b, weight=w, label_smoothing=0.2, reduction=r)),
    ("ce_4d", "x4", "t4", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("ce_4d_smooth", "x4", "t4", lambda a, b, r: F.cross_entropy(a, b, weight=w3, label_smoothing=0.1, reduction=r)),
    ("ce_4d_probabilities", "x4", "p4", lambda a, b, r: F.cross_entropy(a, b, weight=w3, reduction=r)),
    ("ce_1d", "x1", "t1", lambda a, b, r: F.cross_entropy(a, b, reduction=r)),
    ("nll", "x", "t", lambda a, b, r: F.nll_loss(a, b, reduction=r)),
    ("nll_4d", "x4", "t4", lambda a, b, r: F.nll_loss(a, b, weight=w3, ignore_index=1, reduction=r)),
    ("bce", "u", "p", lambda a, b, r: F.binary_cross_entropy(a, b, reduction=r)),
    ("bce_weight", "u", "p", lambda a, b, r: F.binary_cross_entropy(a, b, weight=w, reduction=r)),
    ("bce_logits", "x", "p", lambda a, b, r: F.binary_cross_entropy_with_logits(a, b, reduction=r)),
    ("bce_logits_weight", "x", "p", lambda a, b, r: F.binary_cross_entropy_with_logits(a, b, weight=we, reduction=r)),
    ("bce_logits_pos", "x", "p", lambda a, b, r: F.binary_cross_entropy_with_logits(a, b, pos_weight=w, reduction=r)),
    ("bce_logits_all", "x", "p", lambda a, b, r: F.binary_cross_entropy_with_logits(a, b, weight=we, pos_weight=w, reduction=r)),
    ("kl", "x", "p", lambda a, b, r: F.kl_div(a, b, reduction=r)),
    ("kl_log", "x", "y", lambda a, b, r: F.kl_div(a, b, reduction=r, log_target=True)),
]


def graph(node):
    if node is None: return None
    name = node.name().replace("torch::autograd::", "")
    return [name] + [graph(n) for n, _ in node.next_functions]


def flat(v): return None if v is None else (v.detach() + torch.zeros((), dtype=v.dtype)).reshape(-1).tolist()


out = {"inputs": {k: {"shape": list(v.shape), "dtype": str(v.dtype).replace("torch.", ""), "values": flat(v)} for k, v in inputs.items()}, "cases": []}
for name, a, b, f in CASES:
    for r in ("mean", "sum", "none") + (("batchmean",) if name.startswith("kl") else ()):
        i = inputs[a].clone().requires_grad_()
        o = inputs[b].clone()
        if o.is_floating_point(): o.requires_grad_()
        loss = f(i, o, r)
        case = {"name": name, "input": a, "target": b, "reduction": r, "shape": list(loss.shape), "value": flat(loss), "graph": graph(f(i, o.detach(), r).grad_fn)}
        total = (loss * torch.arange(1, loss.numel() + 1, dtype=f64).view(loss.shape)).sum()
        gi, = torch.autograd.grad(total, i, create_graph=True)
        case["grad_input"] = flat(gi)
        if o.requires_grad: case["grad_target"] = flat(torch.autograd.grad(total, o, retain_graph=True, allow_unused=True)[0])
        if gi.requires_grad: case["second"] = flat(torch.autograd.grad((gi ** 2).sum(), i, allow_unused=True)[0])
        out["cases"].append(case)
with open(sys.argv[1], "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
print(len(out["cases"]), "cases")
