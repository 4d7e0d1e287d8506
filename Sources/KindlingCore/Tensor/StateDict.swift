import KindlingPlatform

/// Tensors by name, in the order they were added (PyTorch: what `Module.state_dict()` returns).
///
/// A lookup costs one hash; setting a key that is there keeps its place. Keys are equal where their bytes
/// are, as in Python.
public struct StateDict: Sequence, ExpressibleByDictionaryLiteral, Sendable {
  /// The names, in order.
  public private(set) var keys: [String] = []
  private var tensors: [ByteString: Tensor] = [:]

  /// An empty dictionary.
  public init() {}

  /// The given pairs; of equal keys the last value counts, at the first one's place.
  public init(_ pairs: some Sequence<(String, Tensor)>) {
    for (key, tensor) in pairs { self[key] = tensor }
  }

  /// The pairs of a literal, in their order.
  public init(dictionaryLiteral elements: (String, Tensor)...) { self.init(elements) }

  /// The tensor called `key`; setting nil removes it.
  public subscript(key: String) -> Tensor? {
    get { tensors[ByteString(key)] }
    set {
      let old = tensors.updateOrRemove(ByteString(key), newValue)
      if old == nil && newValue != nil { keys.append(key) }
      if old != nil && newValue == nil { keys.removeAll { sameBytes($0, key) } }
    }
  }

  /// The tensors, in order.
  public var values: [Tensor] { keys.compactMap { tensors[ByteString($0)] } }

  /// The number of tensors.
  public var count: Int { keys.count }

  /// Whether there are none.
  public var isEmpty: Bool { keys.isEmpty }

  /// Visits the pairs in order.
  public func makeIterator() -> AnyIterator<(key: String, value: Tensor)> {
    var names = keys.makeIterator()
    return AnyIterator {
      while let key = names.next() {
        if let value = tensors[ByteString(key)] { return (key, value) }
      }
      return nil
    }
  }
}

extension Dictionary {
  fileprivate mutating func updateOrRemove(_ key: Key, _ value: Value?) -> Value? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}
