// The Kindling side of scripts/check-torchvision: reads a model's parameters and inputs that real
// PyTorch wrote, and writes logits, a training step's loss and gradients, what was drawn and printed, and
// the whole model again.
import Kindling
import KindlingVision

let makers: [(name: String, make: () -> any Layer)] = [
  ("vgg11", { vgg11() }), ("vgg11_bn", { vgg11BN() }), ("vgg13", { vgg13() }),
  ("vgg13_bn", { vgg13BN() }), ("vgg16", { vgg16() }), ("vgg16_bn", { vgg16BN() }),
  ("vgg19", { vgg19() }), ("vgg19_bn", { vgg19BN() }), ("resnet18", { resnet18() }),
  ("resnet34", { resnet34() }), ("resnet50", { resnet50() }), ("resnet101", { resnet101() }),
  ("resnet152", { resnet152() }),
]

struct UsageError: Error, CustomStringConvertible {
  let description: String
}

guard CommandLine.arguments.count == 3,
  let maker = makers.first(where: { $0.name == CommandLine.arguments[1] })
else {
  throw UsageError(
    description: "usage: torchvision-check MODEL FOLDER, MODEL being one of "
      + makers.map(\.name).joined(separator: ", "))
}
let folder = CommandLine.arguments[2]

manualSeed(0)
let model = maker.make()
var results = StateDict()
// The sums of fresh parameters: a draw that differs shows in them.
for (key, value) in try model.stateDict() where value.dtype == .float32 {
  results["sum.\(key)"] = try value.to(.float64).sum()
}
print(model)

try model.loadStateDict(loadStateDict(from: folder + "/state.pth"))
let inputs = try loadStateDict(from: folder + "/inputs.pth")
guard let image = inputs["image"] else { throw UsageError(description: "inputs.pth has no image") }
model.eval()
results["logits"] = try noGrad { try model(image) }

if let images = inputs["images"], let labels = inputs["labels"] {
  model.train()
  let loss = try CrossEntropyLoss()(model(images), labels)
  try loss.backward()
  results["loss"] = loss.detach()
  for (name, parameter) in model.namedParameters() {
    results["grad.\(name)"] = parameter.grad
  }
  for (name, buffer) in model.namedBuffers() { results["buffer.\(name)"] = buffer }
}
try save(results, to: folder + "/results.pth")
// torchvision's whole model, made of its file and written again.
try save(loadModel(from: folder + "/model.pth"), to: folder + "/again.pth")
