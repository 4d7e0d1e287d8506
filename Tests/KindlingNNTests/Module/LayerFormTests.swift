import Kindling
import KindlingNN
import Testing
import _TestSupport

/// The classes of KindlingNN and the forms by which they are printed, saved and loaded.
@Suite struct LayerFormTests {
  /// The modules that files of whole models cannot contain under PyTorch's names, with the reason.
  static let others: [String: String] = [
    "AdaptiveLogSoftmaxWithLoss": "no saved form yet: its submodules are made from its sizes",
    "LinearCrossEntropyLoss": "no saved form yet: its submodule is made from its sizes",
    "TripletMarginWithDistanceLoss": "its distance may be a closure",
    "AveragedModel": "its average may be a closure",
    "ParametrizationList": "PyTorch makes a class at run time",
    "_SpectralNorm": "a parametrization",
    "_WeightNorm": "a parametrization", "_Orthogonal": "a parametrization",
  ]

  /// The classes of modules in the sources of KindlingNN and their superclasses.
  static func declaredModules() throws -> [String: String] {
    var superclasses: [String: String] = [:]
    for path in try FileBytes.swiftFiles(below: "\(projectRoot)/Sources/KindlingNN") {
      let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      for line in text.split(separator: "\n") where line.first != " " && line.first != "/" {
        let words = line.split { " :,<{".contains($0) }
        guard let place = words.firstIndex(of: "class"), place + 2 < words.count else { continue }
        superclasses[String(words[place + 1])] = String(words[place + 2])
      }
    }
    func isModule(_ name: String) -> Bool {
      name == "Module" || superclasses[name].map(isModule) ?? false
    }
    return superclasses.filter { isModule($0.key) }
  }

  /// A class without subclasses has a form, or a reason why it has none.
  @Test func everyClassHasAFormOrAReason() throws {
    let described = Set(LayerForm.classes.map { "\($0)" })
    let declared = try Self.declaredModules()
    #expect(described.count == LayerForm.classes.count && described.isSubset(of: declared.keys))
    #expect(Set(Self.others.keys).isSubset(of: declared.keys))
    for name in declared.keys where described.contains(name) == (Self.others[name] != nil) {
      #expect(
        Self.others[name] == nil && declared.values.contains(name),
        "\(name): add it to LayerForm.classes, or here with a reason")
    }
  }

  @Test func everyFormBelongsToItsClass() throws {
    for type in LayerForm.classes {
      let form = try #require(LayerForm.of(type), "\(type)")
      #expect(form.type == type, "\(type) inherits the form of \(form.type)")
      #expect(form.name.hasPrefix("torch.nn.modules.") && form.name.hasSuffix(".\(type)"))
      #expect(LayerForm.named(form.name)?.type == type)
    }
  }

  /// The classes with recorded cases have a form, or a reason why they have none.
  @Test func everyRecordedClassIsKnown() {
    let known = LayerForm.classes.map { "\($0)" } + Self.others.keys
    for name in ModuleTable.all.names {
      #expect(known.contains(String(name.prefix { $0 != "." })), "\(name)")
    }
  }

  /// A subclass without a form of its own is printed like its superclass.
  @Test func subclassesArePrintedLikeTheirSuperclass() {
    final class Gate: Dropout {}
    final class Door: AdaptivePoolingLayer {}
    #expect(Gate(0.25).description == "Gate(p=0.25, inplace=False)")
    #expect(Door([nil, 2]).description == "Door(output_size=(None, 2))")
    #expect(LayerForm.of(Gate.self) == nil)
  }
}
