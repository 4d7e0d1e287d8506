package import KindlingCore

/// The description of a class of layers, from which its printed form, its attributes in files of
/// whole models, and its construction from such files come.
///
/// A class of `torch.nn` declares it once, in its ``Module/form``:
///
/// ```swift
/// override class var form: LayerForm? {
///   LayerForm(LeakyReLU.self, "activation", .init("negative_slope", \.negativeSlope), .inplace) {
///     LeakyReLU($0, inplace: $1)
///   }
/// }
/// ```
///
/// The attributes are in the order of PyTorch's `__dict__`; the closure receives their values in
/// this order.
package struct LayerForm {
  package let type: Module.Type
  /// PyTorch's qualified name of the class.
  package let name: String
  private let fields: [AnyField]
  private let construct: (any SavedLayer) throws -> Module

  /// Creates the form of a class in PyTorch's file `torch/nn/modules/PLACE.py`.
  ///
  /// `tensors` returns the shapes of tensors that a file must have for these attributes. They are
  /// checked before `make` runs, so that the memory of a layer is bounded by its file.
  init<L: Module, each V>(
    _ type: L.Type, _ place: String, _ attributes: repeat LayerAttribute<L, each V>,
    tensors: ((repeat each V) -> [(String, [Int])])? = nil,
    make: @escaping (repeat each V) throws -> L
  ) {
    var fields: [AnyField] = []
    for attribute in repeat each attributes { fields += attribute.fields }
    self.init(type, place, fields) { saved in
      let values = (repeat try (each attributes).read(saved))
      for (name, shape) in tensors?(repeat each values) ?? [] { try saved.require(name, shape) }
      return try make(repeat each values)
    }
  }

  /// Creates the form of a container, whose submodules come from the file.
  init<L: Module>(container type: L.Type, make: @escaping (any SavedLayer) throws -> L) {
    self.init(type, "container", [], make)
  }

  private init(
    _ type: Module.Type, _ place: String, _ fields: [AnyField],
    _ construct: @escaping (any SavedLayer) throws -> Module
  ) {
    (self.type, name) = (type, "torch.nn.modules.\(place).\(type)")
    (self.fields, self.construct) = (fields, construct)
  }

  /// Returns the attributes of `layer` besides its tensors and submodules, in PyTorch's order.
  package func attributes(of layer: Module) -> CheckpointValue {
    .dictionary(
      fields.compactMap { field in field.saved(layer).map { (.string(field.name), $0) } })
  }

  /// Returns the text between the parentheses of the printed form.
  func text(of layer: Module) -> String {
    let last = fields.filter(\.isPrintedLast)
    return (fields.filter { !$0.isPrintedLast } + last).compactMap { $0.printed(layer) }
      .joined(separator: ", ")
  }

  /// Returns the value of an attribute in files of PyTorch versions that did not have it.
  package func valueIfMissing(_ name: String) -> CheckpointValue? {
    fields.first { $0.name == name }?.ifMissing
  }

  /// Creates the layer in a file.
  package func make(_ saved: any SavedLayer) throws -> Module {
    try construct(saved)
  }
}

/// A layer as described in a file of a whole model.
package protocol SavedLayer {
  /// The class name in the file.
  var className: String { get }
  /// Returns the attribute `name`, or `nil` if it is missing or not plain data.
  func value(_ name: String) -> CheckpointValue?
  func int(_ name: String) throws -> Int
  func double(_ name: String) throws -> Double
  func bool(_ name: String) throws -> Bool
  func string(_ name: String) throws -> String
  func ints(_ name: String) throws -> [Int]
  /// Returns the parameter or buffer `name`.
  func tensor(_ name: String) -> Tensor?
  /// Throws unless the tensor `name` exists and has `shape`.
  func require(_ name: String, _ shape: [Int]) throws
  /// Creates the submodules, and returns them with their names, in order.
  func modules() throws -> [(name: String, module: Module)]
  /// Creates the submodules as layers.
  func layers() throws -> [(String, any Layer)]
  /// Returns the error of a layer that Kindling does not support; `what` follows the class name.
  func unsupported(_ what: String) -> any Error
}
