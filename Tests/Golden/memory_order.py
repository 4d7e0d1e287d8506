"""Records the strides of PyTorch's results in memory_order.json.

Usage: python memory_order.py (torch and expecttest installed). Runs the cases of ./conformance again with
their inputs laid out in other orders: "reversed" and "rotated" dimensions, "channels" last, and "gaps".
"""
import json, math, os, sys, warnings
from pathlib import Path
warnings.filterwarnings("ignore")
import torch
from safetensors.torch import load_file
from torch.testing._internal.common_methods_invocations import op_db
torch.set_num_threads(1)
HERE = Path(__file__).resolve().parent
S = str(HERE / "conformance") + "/"
ops={}
for o in op_db: ops[(o.name,o.variant_test_name)]=o
out=[]
def lay(t, how):
    """the same values laid out in another order; None where the layout says nothing new"""
    if t.dim()<2: return t
    n=t.dim()
    if how=="reversed": order=list(range(n))[::-1]      # outermost first -> memory order reversed
    elif how=="rotated": order=list(range(1,n))+[0]     # dim 0 innermost
    elif how=="channels":
        if n not in (4,5): return t
        order=[0]+list(range(2,n))+[1]
    elif how=="gaps":
        order=list(range(n))[::-1]
        p=t.permute(order)
        wide=torch.zeros(list(p.shape[:-1])+[p.shape[-1]*2],dtype=t.dtype)
        view=wide[...,::2]; view.copy_(p)
        return view.permute([order.index(d) for d in range(n)])
    p=t.permute(order).contiguous()
    return p.permute([order.index(d) for d in range(n)])
def arg(a, T, how):
    k=next(iter(a)) if len(a)==1 else ("tensor" if "tensor" in a else next(iter(a)))
    if "tensor" in a:
        if "strides" in a: raise KeyError("strided")
        return lay(T[a["tensor"]].clone(), how)
    if "float" in a:
        return float(a["float"])
    if "int" in a or "bool" in a or "str" in a: return a[k]
    if "none" in a: return None
    if "dtype" in a: return getattr(torch,a["dtype"])
    if "device" in a: return torch.device("cpu")
    if "layout" in a: return torch.strided
    if "memory_format" in a: return getattr(torch,a["memory_format"])
    if "list" in a: return [arg(x,T,how) for x in a["list"]]
    if "tuple" in a: return tuple(arg(x,T,how) for x in a["tuple"])
    if "slice" in a: return slice(*[arg(x,T,how) for x in a["slice"]])
    if "ellipsis" in a: return Ellipsis
    raise KeyError(str(a))
def flat(r):
    if isinstance(r,torch.Tensor): return [list(r.stride())]
    if isinstance(r,(list,tuple)): return [s for x in r for s in flat(x)]
    return [None]
SKIP={"nn.functional.scaled_dot_product_attention"}
for suite in sorted(f[:-5] for f in os.listdir(S) if f.endswith(".json")):
    doc=json.load(open(S+suite+".json")); T=load_file(S+suite+".safetensors")
    seen={}
    for c in doc["cases"]:
        if "error" in c or c.get("process") or c["op"] in SKIP or suite=="fft": continue
        key=(c["op"],c["variant"],c["dtype"])
        if c["dtype"] not in ("float32","int64","bool"): continue
        def dims(a):
            if "tensor" in a: return len(a.get("shape",T[a["tensor"]].shape)) if math.prod(T[a["tensor"]].shape)>1 else 0
            for k in ("list","tuple"):
                if k in a: return max([dims(x) for x in a[k]],default=0)
            return 0
        m=max([dims(a) for a in c["args"]]+[dims(a) for a in c["kwargs"].values()],default=0)
        if m<2: continue
        if seen.get(key,0)>=4: continue
        o=ops.get((c["op"],c["variant"])) or ops.get((c["op"],""))
        if o is None: continue
        entry={}
        for how in ("reversed","rotated","channels","gaps"):
            if how=="channels" and m not in (4,5): continue
            try:
                torch.manual_seed(0)
                args=[arg(a,T,how) for a in c["args"]]; kw={k:arg(a,T,how) for k,a in c["kwargs"].items()}
                r=o.op(*args,**kw)
                entry[how]=flat(r)
            except Exception as e:
                if os.environ.get("V"): print(c["id"],how,repr(e)[:100],file=sys.stderr)
                continue
        if entry:
            seen[key]=seen.get(key,0)+1
            out.append((suite,c["id"],entry))
with open(HERE / "memory_order.json","w") as f:
    f.write('{"format":1,"torch":"%s","cases":[\n'%torch.__version__.split("+")[0])
    f.write(",\n".join(json.dumps({"suite":s,"id":i,"strides":e},separators=(",",":")) for s,i,e in out))
    f.write("\n]}\n")
print(len(out))
