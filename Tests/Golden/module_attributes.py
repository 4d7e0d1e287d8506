"""Writes module_attributes.json: the attributes of PyTorch's modules (2.15) in the order of `__dict__`.

The attributes that every module has are left out.
"""
import json
import os

from torch import nn

ARGUMENTS = {
    **{name: (1,) for name in (
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d "
        "AvgPool1d AvgPool2d AvgPool3d BatchNorm1d BatchNorm2d BatchNorm3d ChannelShuffle CircularPad1d CircularPad2d "
        "CircularPad3d CrossMapLRN2d InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm LocalResponseNorm "
        "MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d PixelShuffle PixelUnshuffle RMSNorm "
        "ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d "
        "SyncBatchNorm Unfold ZeroPad1d ZeroPad2d ZeroPad3d").split()},
    **{name: (1, 1) for name in (
        "ConstantPad1d ConstantPad2d ConstantPad3d Embedding EmbeddingBag Fold FractionalMaxPool2d FractionalMaxPool3d "
        "GroupNorm LPPool1d LPPool2d LPPool3d Linear MultiheadAttention Threshold").split()},
    **{name: (1, 1, 1) for name in (
        "Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d").split()},
    "Unflatten": (0, (1,)),
}
NAMES = list(ARGUMENTS) + (
    "AlphaDropout BCELoss BCEWithLogitsLoss CELU CTCLoss CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss Dropout "
    "Dropout1d Dropout2d Dropout3d ELU FeatureAlphaDropout Flatten GELU GLU GaussianNLLLoss Hardshrink Hardsigmoid "
    "Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity KLDivLoss L1Loss LeakyReLU LogSigmoid LogSoftmax MSELoss "
    "MarginRankingLoss Mish ModuleDict ModuleList MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss "
    "PReLU PairwiseDistance ParameterList PoissonNLLLoss RReLU ReLU ReLU6 SELU Sequential SiLU Sigmoid SmoothL1Loss SoftMarginLoss "
    "Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink TripletMarginLoss Upsample "
    "UpsamplingBilinear2d UpsamplingNearest2d").split()

common = set(nn.Module().__dict__)
result = {}
for name in sorted(NAMES):
    module = getattr(nn, name)(*ARGUMENTS.get(name, ()))
    result[type(module).__module__ + "." + name] = [key for key in module.__dict__ if key not in common]
linear = nn.modules.linear.NonDynamicallyQuantizableLinear(1, 1)
result["torch.nn.modules.linear.NonDynamicallyQuantizableLinear"] = [k for k in linear.__dict__ if k not in common]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "module_attributes.json")
with open(path, "w") as file:
    lines = [f"{json.dumps(name)}: {json.dumps(result[name])}" for name in sorted(result)]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
