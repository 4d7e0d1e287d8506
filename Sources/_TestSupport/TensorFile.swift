import Kindling

/// The arrays of a safetensors file; each access creates a new tensor.
package final class TensorFile: Sendable {
  private struct Entry { let dtype: String, shape: [Int], start: Int, end: Int }
  private let bytes: [UInt8]
  private let entries: [String: Entry]
  private let path: String

  /// Reads the file at `path`.
  package init(_ path: String) throws {
    self.path = path
    bytes = try FileBytes.read(path)
    guard bytes.count >= 8 else { throw GoldenError("\(path): shorter than 8 bytes") }
    let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else { throw GoldenError("\(path): header too long") }
    let first = 8 + Int(length)
    guard let header = try JSONValue(parsing: Array(bytes[8..<first])).object else {
      throw GoldenError("\(path): the header is no object")
    }
    var entries: [String: Entry] = [:]
    for (name, fields) in header where name != "__metadata__" {
      guard let dtype = fields["dtype"]?.string, let shape = fields["shape"]?.ints,
        let range = fields["data_offsets"]?.ints, range.count == 2, 0 <= range[0],
        range[0] <= range[1], range[1] <= bytes.count - first
      else { throw GoldenError("\(path): malformed entry \(name)") }
      entries[name] = Entry(
        dtype: dtype, shape: shape, start: first + range[0], end: first + range[1])
    }
    self.entries = entries
  }

  /// The names of the arrays, sorted.
  package var names: [String] { entries.keys.sorted() }

  /// Returns whether there is an array of this name.
  package func has(_ name: String) -> Bool { entries[name] != nil }

  /// Returns a new tensor with the values stored as `name`.
  ///
  /// - Throws: ``UnsupportedError`` if Kindling does not have its dtype.
  package func tensor(_ name: String, requiresGrad: Bool = false) throws -> Tensor {
    guard let entry = entries[name] else { throw GoldenError("\(path): no array named \(name)") }
    guard let dtype = TensorFile.dtypes[entry.dtype] else {
      throw UnsupportedError("dtype \(entry.dtype)")
    }
    let result = try Tensor(uninitialized: entry.shape, dtype, on: Device.cpu.backend)
    guard result.numel * dtype.byteSize == entry.end - entry.start else {
      throw GoldenError("\(path): shape and size of \(name) disagree")
    }
    try result.backend.withHostBytes(result.storage, mutating: true) { target in
      bytes[entry.start..<entry.end].withUnsafeBytes { target.copyMemory(from: $0) }
    }
    return requiresGrad ? try result.requiresGrad_() : result
  }

  private static let dtypes: [String: DType] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8,
    "I16": .int16, "I32": .int32, "I64": .int64, "U8": .uint8, "BOOL": .bool,
    // Kindling has no uint64: PyTorch's values of this dtype keep their bits in int64.
    "U64": .int64,
  ]
}

/// An error in reference data.
package struct GoldenError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// An error for features of a case that are not supported.
package struct UnsupportedError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
