import KindlingCore
import KindlingNN

/// Kindling's modules with the names of PyTorch's classes, one entry each.
enum BuiltInModules {
  private static let forms: [ModuleForm] =
    containers + linear + attention + convolutions + pooling + padding + upsampling + normalization
    + activations + losses

  static let byName = Dictionary(forms.map { ($0.name, $0) }) { first, _ in first }
  static let byType = Dictionary(forms.map { ($0.type, $0) }) { first, _ in first }

  /// Returns PyTorch's default for the attribute `name` of a class, for files that predate it.
  static func later(_ name: String, _ className: String) -> CheckpointValue? {
    guard className.hasPrefix("torch.nn.modules.") else { return nil }
    switch (name, className.split(separator: ".").last ?? "") {
    case ("padding", "AvgPool3d"): return 0
    case ("dim", "Softmax"), ("dim", "LogSoftmax"), ("dim", "Softmin"): return .some(.none)
    case ("transposed", let layer): return .bool(layer.hasPrefix("ConvTranspose"))
    default: return additions[name]
    }
  }

  private static let additions: [String: CheckpointValue] = [
    "padding_mode": "zeros", "ceil_mode": false, "count_include_pad": true,
    "divisor_override": nil, "return_indices": false, "label_smoothing": 0.0,
    "zero_infinity": false, "approximate": "none", "init": 0.25, "batch_first": false,
    "include_last_offset": false, "padding_idx": nil,
  ]

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
}
