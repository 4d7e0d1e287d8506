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

  /// A class without subclasses has a form, or a reason why it has none.
  @Test func everyClassHasAFormOrAReason() throws {
    let described = Set(LayerForm.classes.map { "\($0)" })
    let declared = try SourceClasses.subclasses(of: "Module", in: "KindlingNN")
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

  /// Attributes that a form cannot make a layer of, and the beginning of the error.
  @Test(arguments: [
    ("loss.MSELoss", ["reduction": "all"], "has an unknown reduction 'all'"),
    ("activation.GELU", ["approximate": "erf"], "has an unknown approximate 'erf'"),
    ("upsampling.Upsample", upsample("cubic"), "has an unknown mode 'cubic'"),
    ("conv.Conv2d", convolution("constant"), "has an unknown padding_mode 'constant'"),
    ("conv.ConvTranspose2d", convolution("reflect"), "has an unknown padding_mode 'reflect'"),
    ("conv.Conv2d", convolution("zeros"), "requires weight [4, 1, 3, 3]"),
    ("conv.ConvTranspose2d", convolution("zeros"), "requires weight [2, 2, 3, 3]"),
    (
      "pooling.AdaptiveMaxPool1d", ["output_size": 2, "return_indices": true], "returns indices too"
    ),
    ("dropout.Dropout", ["p": "half", "inplace": false], "p is no number"),
    ("activation.PReLU", ["num_parameters": 3], "requires weight [3]"),
    ("activation.Softmax", [:], ""), ("activation.GLU", [:], "dim is no integer"),
  ])
  func formsRefuse(name: String, attributes: [String: CheckpointValue], error: String) throws {
    let form = try #require(LayerForm.named("torch.nn.modules.\(name)"))
    do {
      _ = try form.make(Described(form: form, attributes: attributes))
      #expect(error.isEmpty)
    } catch let thrown as Refused { #expect(!error.isEmpty && thrown.text.hasPrefix(error)) }
  }

  private static func convolution(_ mode: String) -> [String: CheckpointValue] {
    [
      "in_channels": 2, "out_channels": 4, "kernel_size": [3, 3], "stride": 1, "padding": "same",
      "dilation": [1, 1], "output_padding": 0, "groups": 2, "padding_mode": .string(mode),
    ]
  }

  private static func upsample(_ mode: String) -> [String: CheckpointValue] {
    ["size": nil, "scale_factor": 2, "mode": .string(mode)]
  }
}

private struct Refused: Error { let text: String }

/// A layer in a file without tensors and submodules.
private struct Described: SavedLayer {
  let form: LayerForm
  let attributes: [String: CheckpointValue]
  var className: String { form.name }

  func value(_ name: String) -> CheckpointValue? { attributes[name] ?? form.valueIfMissing(name) }
  private func found<R>(_ name: String, _ what: String, _ value: R?) throws -> R {
    guard let value else { throw Refused(text: "\(name) is no \(what)") }
    return value
  }
  func int(_ name: String) throws -> Int { try found(name, "integer", value(name)?.intValue) }
  func double(_ name: String) throws -> Double {
    try found(name, "number", value(name)?.doubleValue)
  }
  func bool(_ name: String) throws -> Bool {
    try found(name, "truth value", value(name)?.boolValue)
  }
  func string(_ name: String) throws -> String {
    try found(name, "text", value(name)?.stringValue)
  }
  func ints(_ name: String) throws -> [Int] {
    if let single = value(name)?.intValue { return [single] }
    return try found(name, "integers", value(name)?.elements?.compactMap(\.intValue))
  }
  func tensor(_ name: String) -> Tensor? { nil }
  func require(_ name: String, _ shape: [Int]) throws {
    throw Refused(text: "requires \(name) \(shape)")
  }
  func modules() throws -> [(name: String, module: Module)] { [] }
  func layers() throws -> [(String, any Layer)] { [] }
  func unsupported(_ what: String) -> any Error { Refused(text: what) }
}
