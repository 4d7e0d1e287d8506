extension CheckpointValue: CustomStringConvertible {
  /// The value in Python's notation: `(0.9, 0.999)`, `None`, `True`, `'text'`.
  ///
  /// It is truncated after about a million bytes and at 200 levels. A small file can describe a
  /// value that shares its parts and expands to any length.
  public var description: String {
    var text = CheckpointText()
    text.write(self)
    return text.text
  }
}

/// The text of a value in a checkpoint, while it is written.
private struct CheckpointText {
  private static let longest = 1 << 20
  private static let deepest = 200

  private(set) var text = ""
  private var depth = 0

  private var isFull: Bool { text.utf8.count >= Self.longest }

  mutating func write(_ value: CheckpointValue) {
    guard !isFull, depth < Self.deepest else {
      if !text.hasSuffix("…") { text += "…" }
      return
    }
    depth += 1
    defer { depth -= 1 }
    switch value {
    case .none: text += "None"
    case .bool(let b): text += b ? "True" : "False"
    case .int(let i): text += "\(i)"
    case .bigInt(let bytes):
      text += "0x" + bytes.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    case .double(let d): text += "\(d)"
    case .bytes(let bytes): text += "<\(bytes.count) bytes>"
    case .size(let sizes): text += "torch.Size(\(sizes))"
    case .dtype(let dtype): text += "torch.\(dtype)"
    case .string(let s): text += "'\(s)'"
    case .tensor(let t): text += String(describing: t)
    case .list(let items): write("[", items, "]")
    case .tuple(let items): write("(", items, items.count == 1 ? ",)" : ")")
    case .set(let items): write(items.isEmpty ? "set(" : "{", items, items.isEmpty ? ")" : "}")
    case .dictionary(let pairs), .orderedDictionary(let pairs), .counter(let pairs): write(pairs)
    case .opaque(let object): write(object)
    }
  }

  private mutating func write(_ object: OpaqueValue) {
    text += object.className
    switch object.form {
    case .reference: break
    case .cycle: text += "(…)"
    case .call, .object, .storage:
      write("(", object.arguments, ")")
      if let state = object.state { write(state) }
      if !object.elements.isEmpty { write("[", object.elements, "]") }
      if !object.pairs.isEmpty { write(object.pairs) }
    }
  }

  private mutating func write(_ pairs: some Collection<CheckpointPair>) {
    text += "{"
    for (place, pair) in pairs.enumerated() {
      if place > 0 { text += ", " }
      write(pair.key)
      text += ": "
      write(pair.value)
      if isFull { break }
    }
    text += "}"
  }

  private mutating func write(
    _ open: String, _ items: some Collection<CheckpointValue>, _ close: String
  ) {
    text += open
    for (place, item) in items.enumerated() {
      if place > 0 { text += ", " }
      write(item)
      if isFull { break }
    }
    text += close
  }
}
