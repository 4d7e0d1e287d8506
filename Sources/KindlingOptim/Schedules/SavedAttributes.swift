public import KindlingCore

/// The saved attributes of a schedule by name, each checked when it is read.
public struct SavedAttributes {
  private let values: CheckpointValue
  private let owner: String

  init(_ values: CheckpointValue, _ owner: String) {
    self.values = values
    self.owner = owner
  }

  /// The value called `name`, or `nil`.
  public subscript(name: String) -> CheckpointValue? { values[name] }

  private func flaw(_ name: String, _ expected: String) -> TensorError {
    let found = values[name].map { "is \($0)" } ?? "is missing"
    return TensorError(
      .value, "", "'\(name)' \(found) in the loaded state dict of \(owner); expected \(expected)")
  }

  /// Returns the number called `name`.
  public func number(_ name: String) throws -> Double {
    if let number = try values[name]?.optionNumber() { return number }
    throw flaw(name, "a number")
  }

  /// Returns the integer called `name`.
  public func integer(_ name: String) throws -> Int {
    if let integer = values[name]?.intValue { return integer }
    throw flaw(name, "an integer")
  }

  /// Returns the nonnegative integer called `name`.
  public func count(_ name: String) throws -> Int {
    if let count = values[name]?.intValue, 0 <= count, count < LRScheduler.farthest { return count }
    throw flaw(name, "a count")
  }

  /// Returns the epoch count called `name`, or −1.
  public func epoch(_ name: String) throws -> Int {
    if let epoch = values[name]?.intValue, -1 <= epoch, epoch < LRScheduler.farthest {
      return epoch
    }
    throw flaw(name, "a count of epochs")
  }

  /// Returns the Boolean value called `name`.
  public func flag(_ name: String) throws -> Bool {
    if let flag = values[name]?.boolValue { return flag }
    throw flaw(name, "a truth value")
  }

  /// Returns the string called `name`.
  public func text(_ name: String) throws -> String {
    if let text = values[name]?.stringValue { return text }
    throw flaw(name, "a text")
  }

  /// Returns the `count` numbers called `name`.
  public func numbers(_ name: String, count: Int) throws -> [Double] {
    let numbers = try values[name]?.elements?.compactMap { try $0.optionNumber() }
    if let numbers, numbers.count == count, values[name]?.elements?.count == count {
      return numbers
    }
    throw flaw(name, "\(count) numbers")
  }
}
