import KindlingCore
import KindlingNN

/// Kindling's own modules with PyTorch's names of their classes: one entry each, and no other list.
enum BuiltInModules {
  private static let forms: [ModuleForm] =
    containers + linear + attention + convolutions + pooling + padding + upsampling + normalization
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
}
