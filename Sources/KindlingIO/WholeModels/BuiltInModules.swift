import KindlingCore
import KindlingNN

/// Kindling's own modules with PyTorch's names of their classes: one entry each, and no other list.
enum BuiltInModules {
  private static let forms: [ModuleForm] =
    containers + linear + convolutions + pooling + padding + upsampling + normalization
    + activations + losses

  static let byName = Dictionary(forms.map { ($0.name, $0) }) { first, _ in first }
  static let byType = Dictionary(forms.map { ($0.type, $0) }) { first, _ in first }

  private static let containers = [
    ModuleForm(Sequential.self, "torch.nn.modules.container.Sequential") {
      Sequential(named: try $0.layers())
    },
    ModuleForm(ModuleList.self, "torch.nn.modules.container.ModuleList") {
      ModuleList(try $0.modules().map(\.module))
    },
    ModuleForm(ModuleDict.self, "torch.nn.modules.container.ModuleDict") {
      let dictionary = ModuleDict()
      for (name, module) in try $0.modules() { dictionary[name] = module }
      return dictionary
    },
  ]

  private static let linear = [
    ModuleForm(
      Linear.self, "torch.nn.modules.linear.Linear",
      attributes: { ["in_features": .int($0.inFeatures), "out_features": .int($0.outFeatures)] },
      make: {
        let (inputs, outputs) = (try $0.int("in_features"), try $0.int("out_features"))
        try $0.require("weight", [outputs, inputs])
        return Linear(inputs, outputs, bias: $0.has("bias"))
      }),
    ModuleForm(Identity.self, "torch.nn.modules.linear.Identity") { _ in Identity() },
    ModuleForm(
      Flatten.self, "torch.nn.modules.flatten.Flatten",
      attributes: { ["start_dim": .int($0.startDim), "end_dim": .int($0.endDim)] },
      make: { Flatten(try $0.int("start_dim"), try $0.int("end_dim")) }),
    ModuleForm(
      Unflatten.self, "torch.nn.modules.flatten.Unflatten",
      attributes: { ["dim": .int($0.dim), "unflattened_size": .tuple($0.unflattenedSize)] },
      make: { Unflatten(try $0.int("dim"), try $0.ints("unflattened_size")) }),
  ]
}
