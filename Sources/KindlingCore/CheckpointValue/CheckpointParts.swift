/// The elements of a list or a dictionary in a checkpoint, in order.
///
/// The elements are values, or pairs of a key and a value. Copies share memory until one of them is
/// changed.
public struct CheckpointParts<Element: Sendable>: RandomAccessCollection, MutableCollection,
  Sendable
{
  private var box: CheckpointBox<Element>

  /// The elements as an array.
  public var array: [Element] { box.items }
  /// The position of the first element, 0.
  public var startIndex: Int { 0 }
  /// The position after the last element.
  public var endIndex: Int { box.items.count }
  /// The element at `position`.
  public subscript(position: Int) -> Element {
    get { box.items[position] }
    set {
      if !isKnownUniquelyReferenced(&box) { box = CheckpointBox(box.items, box.hand) }
      box.items[position] = newValue
    }
  }

  /// An identity that is equal for copies that share their memory.
  package var identity: ObjectIdentifier { ObjectIdentifier(box) }

  /// The memory, which is released without recursion.
  var object: AnyObject { box }
}

extension CheckpointParts where Element == CheckpointValue {
  init(_ items: [CheckpointValue]) {
    box = CheckpointBox(items) { items, parts in
      for item in items { item.hand(to: &parts) }
    }
  }
}

extension CheckpointParts where Element == CheckpointPair {
  init(_ pairs: [CheckpointPair]) {
    box = CheckpointBox(pairs) { pairs, parts in
      for pair in pairs {
        pair.key.hand(to: &parts)
        pair.value.hand(to: &parts)
      }
    }
  }
}

/// A key of a dictionary in a checkpoint and its value.
public typealias CheckpointPair = (key: CheckpointValue, value: CheckpointValue)

/// The memory of the elements, which is released without recursion, since values may be nested to
/// any depth.
///
/// It is only changed if uniquely referenced, so it may be sent between threads.
private final class CheckpointBox<Element: Sendable>: @unchecked Sendable {
  var items: [Element]
  let hand: @Sendable ([Element], inout [AnyObject]) -> Void

  init(_ items: [Element], _ hand: @escaping @Sendable ([Element], inout [AnyObject]) -> Void) {
    (self.items, self.hand) = (items, hand)
  }

  deinit {
    GraphRelease.drop { parts in
      hand(items, &parts)
      items = []
    }
  }
}

extension CheckpointValue {
  /// Appends the memory of nested values, which is then released from `parts`.
  func hand(to parts: inout [AnyObject]) {
    switch self {
    case .list(let items), .tuple(let items), .set(let items): parts.append(items.object)
    case .dictionary(let pairs), .orderedDictionary(let pairs), .counter(let pairs):
      parts.append(pairs.object)
    case .opaque(let object): parts.append(object)
    case .none, .bool, .int, .bigInt, .double, .string, .bytes, .size, .dtype, .tensor: break
    }
  }

  /// Creates a list (Python's `list`).
  public static func list(_ items: [CheckpointValue]) -> CheckpointValue {
    .list(CheckpointParts(items))
  }
  /// Creates a tuple (Python's `tuple`).
  public static func tuple(_ items: [CheckpointValue]) -> CheckpointValue {
    .tuple(CheckpointParts(items))
  }
  /// Creates a set of distinct values (Python's `set`), in the given order.
  public static func set(_ items: [CheckpointValue]) -> CheckpointValue {
    .set(CheckpointParts(items))
  }
  /// Creates a dictionary (Python's `dict`) with the given order.
  public static func dictionary(_ pairs: [CheckpointPair]) -> CheckpointValue {
    .dictionary(CheckpointParts(pairs))
  }
  /// Creates a dictionary that is saved as Python's `OrderedDict`.
  public static func orderedDictionary(_ pairs: [CheckpointPair]) -> CheckpointValue {
    .orderedDictionary(CheckpointParts(pairs))
  }
  /// Creates a dictionary of counts that is saved as Python's `Counter`.
  public static func counter(_ pairs: [CheckpointPair]) -> CheckpointValue {
    .counter(CheckpointParts(pairs))
  }
}
