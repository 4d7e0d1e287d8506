import KindlingCore

/// Persistent ids, which refer to the storages of tensors.
extension Unpickler {
  /// Returns the value for the persistent id `id`.
  mutating func persistent(_ id: PickleValue) throws -> PickleValue {
    guard rules.storages != .none, case .tuple(let number) = id else { throw unknown }
    let parts = graph.sequences[number]
    // The legacy format also stores the source of each module's class.
    if rules.storages == .inLegacyFile, parts.count == 4, case .string("module") = parts[0],
      case .global(.foreign) = parts[1]
    {
      return parts[1]
    }
    return .storage(try storage(parts))
  }

  private var unknown: CheckpointError { .corrupt("malformed pickle: unknown persistent id") }

  /// Reads `('storage', type, key, location, count)`; in legacy files, a view of another one may
  /// follow.
  private mutating func storage(_ parts: [PickleValue]) throws -> Int {
    let isLegacy = rules.storages == .inLegacyFile
    guard parts.count == 5 || isLegacy && parts.count == 6, case .string("storage") = parts[0],
      case .global(let kind) = parts[1], case .string(let name) = parts[2],
      case .string(let place) = parts[3], case .int(let count) = parts[4]
    else { throw unknown }
    let (key, location) = (name.text, place.text)
    let type: StoredType?
    switch kind {
    case .storage(let named, _): type = named
    case .untypedStorage: type = nil
    case .foreign(let type): throw PickleGlobal.refusal(ofStorage: type.full)
    default: throw unknown
    }
    if parts.count == 6 {
      guard case .none = parts[5] else {
        throw CheckpointError(
          .unsupported,
          "storage '\(key.prefix(100))' is a view of another, as PyTorch wrote before version 0.4; load and save it with a newer one"
        )
      }
    }
    // An element takes at most 16 bytes.
    try require(
      count >= 0 && !count.multipliedReportingOverflow(by: 32).overflow, .corrupt,
      "storage '\(key.prefix(100))' has the impossible size \(count)")
    let record = StorageRecord(
      key: key, type: type, location: location, className: kind.path, declaredCount: count)
    if let number = storageNumbers[name] {
      let known = graph.storages[number]
      guard known.declaredType == type, known.declaredCount == count else {
        func words(_ type: StoredType?, _ count: Int) -> String {
          type.map { "\(count) elements of \($0.dtype)" } ?? "\(count) bytes"
        }
        throw CheckpointError.corrupt(
          "storage '\(key.prefix(100))' is declared twice: \(words(known.declaredType, known.declaredCount)), and \(words(type, count))"
        )
      }
      return number
    }
    storageNumbers[name] = graph.storages.count
    try keep(Cost.object)
    graph.storages.append(record)
    return graph.storages.count - 1
  }
}
