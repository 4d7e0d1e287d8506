/// The logged values of an epoch or batch by name, in order.
///
/// They are `loss`, the metrics, and those of the validation data with the prefix `val_`.
public struct Logs: Sendable, Sequence {
  /// The names and values.
  public private(set) var entries: [(name: String, value: Double)] = []

  /// Creates empty logs.
  public init() {}

  /// The value called `name`; setting `nil` removes it.
  public subscript(name: String) -> Double? {
    get { entries.first { $0.name == name }?.value }
    set {
      let place = entries.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// Returns an iterator over names and values, in order.
  public func makeIterator() -> IndexingIterator<[(name: String, value: Double)]> {
    entries.makeIterator()
  }
}

/// The logs of a training, epoch by epoch (Keras: `History`).
public struct History: Sendable {
  /// The logs of each epoch, in order.
  public internal(set) var epochs: [Logs] = []

  /// Creates a history of the given epochs.
  public init(_ epochs: [Logs] = []) { self.epochs = epochs }

  /// The names that occur in any epoch, in order.
  public var names: [String] {
    var seen: [String] = []
    for logs in epochs {
      for entry in logs where !seen.contains(entry.name) { seen.append(entry.name) }
    }
    return seen
  }

  /// The value `name` of every epoch; NaN for epochs without it.
  public subscript(name: String) -> [Double] { epochs.map { $0[name] ?? .nan } }

  /// Returns the value `name` of the last epoch.
  public func last(_ name: String) -> Double? { epochs.last?[name] }
}
