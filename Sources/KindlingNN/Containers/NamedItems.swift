import KindlingCore
import KindlingPlatform

/// An ordered dictionary of values with lookup by name in constant time.
///
/// Names are compared byte by byte, like the keys of state dicts.
struct NamedItems<Value>: Sequence {
  private(set) var items: [(name: String, value: Value)] = []
  private var places: [ByteString: Int] = [:]

  var count: Int { items.count }

  func contains(_ name: String) -> Bool { places[ByteString(name)] != nil }

  /// The value called `name`; setting `nil` removes it, setting another value keeps its position.
  subscript(name: String) -> Value? {
    get { places[ByteString(name)].map { items[$0].value } }
    set {
      let key = ByteString(name)
      switch (places[key], newValue) {
      case (let place?, let value?): items[place].value = value
      case (let place?, nil):
        items.remove(at: place)
        places[key] = nil
        for i in place..<items.count { places[ByteString(items[i].name)] = i }
      case (nil, let value?): append(name, value)
      case (nil, nil): break
      }
    }
  }

  /// Appends a value, even if the name is taken; a lookup then finds the first one.
  mutating func append(_ name: String, _ value: Value) {
    let key = ByteString(name)
    if places[key] == nil { places[key] = items.count }
    items.append((name, value))
  }

  mutating func replace(at place: Int, with value: Value) { items[place].value = value }

  /// Moves all values into `parts`, and leaves this dictionary empty.
  mutating func hand(to parts: inout [AnyObject]) {
    for item in items { parts.append(item.value as AnyObject) }
    items = []
    places = [:]
  }

  func makeIterator() -> IndexingIterator<[(name: String, value: Value)]> { items.makeIterator() }
}

extension Module {
  /// Returns the error if `name` cannot name a child of a container; `nil` if it can.
  static func problem(withName name: String, isTaken: Bool, _ container: String) -> TensorError? {
    guard name.isEmpty || name.contains(".") || isTaken else { return nil }
    return TensorError(
      .value, container,
      "'\(name)' cannot be a module's name: names must be unique, not empty and without \".\"")
  }
}
