public import KindlingCore

/// A numeric option of an optimizer: a Swift number, or a tensor of one element.
///
/// A tensor stays in the group: changing its value in place changes the option, and a schedule
/// writes its learning rates into it.
///
/// ```swift
/// let rate = Tensor(0.1)
/// let optimizer = try SGD(model.parameters(), lr: rate)
/// try rate.fill_(0.01)
/// ```
public protocol OptimizerOption {
  /// The value for state dicts.
  var optionValue: CheckpointValue { get }
}

extension OptimizerOption where Self: TensorScalar {
  /// The number in its original type, so that it prints as in PyTorch.
  public var optionValue: CheckpointValue {
    switch scalar {
    case .bool(let b): .bool(b)
    case .int(let i): .int(i)
    case .double(let d): .double(d)
    }
  }
}

extension Tensor: OptimizerOption {
  /// The tensor itself.
  public var optionValue: CheckpointValue { .tensor(self) }
}

extension Int: OptimizerOption {}
extension Int64: OptimizerOption {}
extension Int32: OptimizerOption {}
extension Int16: OptimizerOption {}
extension Int8: OptimizerOption {}
extension UInt8: OptimizerOption {}
extension Double: OptimizerOption {}
extension Float: OptimizerOption {}
extension Bool: OptimizerOption {}
extension Scalar: OptimizerOption {}
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
  extension Float16: OptimizerOption {}
#endif

extension CheckpointValue {
  /// Creates a value from an option in its original type, so that it prints as in PyTorch.
  public init(_ option: some OptimizerOption) { self = option.optionValue }
}

extension CheckpointValue {
  /// Returns the number, also from a tensor of one element; `nil` for any other value.
  func optionNumber() throws -> Double? {
    guard case .tensor(let tensor) = self else { return doubleValue }
    return tensor.numel == 1 ? try tensor.item() : nil
  }

  /// Whether the value is or contains a tensor.
  var holdsTensor: Bool {
    if case .tensor = self { return true }
    return elements?.contains(where: \.holdsTensor) ?? false
  }

  /// Returns the value with copies of its tensors.
  func copyingTensors() throws -> CheckpointValue {
    switch self {
    case .tensor(let tensor): .tensor(try tensor.detach().clone())
    case .list(let items): .list(try items.map { try $0.copyingTensors() })
    case .tuple(let items): .tuple(try items.map { try $0.copyingTensors() })
    default: self
    }
  }

  /// The option in PyTorch's printed form: a string without quotes, a scalar tensor as its number.
  var printedOption: String {
    if case .tensor(let tensor) = self, tensor.ndim == 0, let number = try? tensor.item() {
      return CheckpointValue.double(number).description
    }
    return stringValue ?? description
  }
}
