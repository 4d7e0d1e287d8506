public import KindlingCore

/// A number among the options of an optimizer: a Swift number, or a tensor of one element.
///
/// A tensor stays in the group: a change of its value in place changes the option, and a schedule
/// writes its rates into it.
///
/// ```swift
/// let rate = Tensor(0.1)
/// let optimizer = try SGD(model.parameters(), lr: rate)
/// try rate.fill_(0.01)
/// ```
public protocol OptimizerOption {
  /// The value as state dicts hold it.
  var optionValue: CheckpointValue { get }
}

extension OptimizerOption where Self: TensorScalar {
  /// The number as it was given, so that it prints as PyTorch prints it.
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
  /// A number as it was given, so that it prints as PyTorch prints it.
  public init(_ option: some OptimizerOption) { self = option.optionValue }
}

extension CheckpointValue {
  /// The number, also where it is the one element of a tensor; nil for anything else.
  func optionNumber() throws -> Double? {
    guard case .tensor(let tensor) = self else { return doubleValue }
    return tensor.numel == 1 ? try tensor.item() : nil
  }

  /// Whether this is or contains a tensor.
  var holdsTensor: Bool {
    if case .tensor = self { return true }
    return elements?.contains(where: \.holdsTensor) ?? false
  }

  /// The same with copies of the tensors.
  func copyingTensors() throws -> CheckpointValue {
    switch self {
    case .tensor(let tensor): .tensor(try tensor.detach().clone())
    case .list(let items): .list(try items.map { try $0.copyingTensors() })
    case .tuple(let items): .tuple(try items.map { try $0.copyingTensors() })
    default: self
    }
  }

  /// The option as PyTorch prints it in a group: the text without quotes, the number in a tensor
  /// without dimensions.
  var printedOption: String {
    if case .tensor(let tensor) = self, tensor.ndim == 0, let number = try? tensor.item() {
      return CheckpointValue.double(number).description
    }
    return stringValue ?? description
  }
}
