import KindlingCore

/// An element type in a file: one of Kindling's, or one that is converted.
///
/// Unsigned integers beyond 8 bits are read as the signed type that holds them all (64 bits: as
/// int64, if the values fit). Complex numbers are read as pairs of real ones in a last dimension of
/// 2, like `torch.view_as_real`. 8-bit floats are read as float32.
struct StoredType: Equatable {
  /// The conversion of elements in the file to elements of a tensor.
  enum Reading: Equatable { case same, pairs, unsigned, float8(exponentBits: Int) }

  /// The size of one element in the file in bytes.
  let byteSize: Int
  /// The dtype of the tensor.
  let dtype: DType
  let reading: Reading

  init(_ dtype: DType) { (byteSize, self.dtype, reading) = (dtype.byteSize, dtype, .same) }

  private init(_ byteSize: Int, _ dtype: DType, _ reading: Reading) {
    (self.byteSize, self.dtype, self.reading) = (byteSize, dtype, reading)
  }

  static let uint16 = StoredType(2, .int32, .unsigned)
  static let uint32 = StoredType(4, .int64, .unsigned)
  static let uint64 = StoredType(8, .int64, .unsigned)
  static let complex32 = StoredType(4, .float16, .pairs)
  static let complex64 = StoredType(8, .float32, .pairs)
  static let complex128 = StoredType(16, .float64, .pairs)
  static let float8e4m3 = StoredType(1, .float32, .float8(exponentBits: 4))
  static let float8e5m2 = StoredType(1, .float32, .float8(exponentBits: 5))

  /// Returns the size of elements of `shape` in the file in bytes; throws on overflow.
  func byteCount(_ shape: [Int], _ what: String) throws -> Int {
    var count = 1
    var overflow = false
    for size in shape where size != 0 {
      try require(size > 0, .corrupt, "\(what) has the negative dimension \(size)")
      let (product, over) = count.multipliedReportingOverflow(by: size)
      (count, overflow) = (product, overflow || over)
    }
    let (bytes, over) = count.multipliedReportingOverflow(by: byteSize)
    // The loaded elements may be wider than the stored ones.
    try require(
      !overflow && !over && bytes <= Int.max / 16, .corrupt,
      "\(what) of shape \(shape) has more elements than 64 bits count")
    return shape.contains(0) ? 0 : bytes
  }

  /// Whether elements in the file equal those of the tensor, except for byte order.
  var isPlain: Bool { reading == .same || reading == .pairs }

  /// Returns the size of `byteCount` bytes of the file after conversion.
  func readByteCount(_ byteCount: Int) -> Int {
    isPlain ? byteCount : byteCount / byteSize * dtype.byteSize
  }

  /// Creates a tensor of `shape` with the elements in `storage`.
  func tensor(_ storage: Storage, _ shape: [Int], columnMajor: Bool = false) -> Tensor {
    let isPairs = reading == .pairs
    let full = isPairs ? shape + [2] : shape
    let strides =
      columnMajor ? Self.columnMajorStrides(shape, pairs: isPairs) : Layout.contiguousStrides(full)
    return Tensor(
      storage: storage, shape: full, strides: strides, offset: 0, dtype: dtype,
      numel: full.reduce(1, *), isContiguous: Layout.isContiguous(full, strides))
  }

  /// Converts bytes of a file in place to elements of a tensor.
  func adapt(_ bytes: UnsafeMutableRawBufferPointer, bigEndian: Bool) {
    if dtype == .bool { Self.normalizeTruth(bytes) }
    if bigEndian && dtype.byteSize > 1 { Self.swap(bytes, dtype.byteSize) }
  }

  /// Converts elements that are read as another type.
  func convert(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, bigEndian: Bool
  ) throws {
    func each<From: FixedWidthInteger, To>(_ from: From.Type, _ convert: (From) throws -> To)
      rethrows
    {
      for i in 0..<source.count / MemoryLayout<From>.size {
        let raw = source.loadUnaligned(fromByteOffset: i * MemoryLayout<From>.size, as: From.self)
        let value = bigEndian ? From(bigEndian: raw) : From(littleEndian: raw)
        target.storeBytes(
          of: try convert(value), toByteOffset: i * MemoryLayout<To>.size, as: To.self)
      }
    }
    switch (reading, byteSize) {
    case (.unsigned, 2): each(UInt16.self) { Int32($0) }
    case (.unsigned, 4): each(UInt32.self) { Int64($0) }
    case (.unsigned, _):
      try each(UInt64.self) {
        let value = try require(
          Int64(exactly: $0), .unsupported,
          "an element is \($0): uint64 is read as int64, which does not hold it")
        return value
      }
    case (.float8(let exponentBits), _):
      each(UInt8.self) { StoredType.float($0, exponentBits: exponentBits) }
    default: break
    }
  }

  /// Decodes an 8-bit float: finite-only with 4 exponent bits, IEEE-like with 5.
  static func float(_ bits: UInt8, exponentBits: Int) -> Float {
    let mantissaBits = 7 - exponentBits
    let mantissa = Int(bits) & (1 << mantissaBits - 1)
    let exponent = Int(bits) >> mantissaBits & (1 << exponentBits - 1)
    let sign: Float = bits & 0x80 == 0 ? 1 : -1
    if exponent == 1 << exponentBits - 1 {
      if exponentBits == 5 { return mantissa == 0 ? sign * .infinity : .nan }
      if mantissa == 1 << mantissaBits - 1 { return .nan }
    }
    let bias = 1 << (exponentBits - 1) - 1
    let (whole, power) = exponent == 0 ? (mantissa, 1) : (mantissa + 1 << mantissaBits, exponent)
    return sign * Float(sign: .plus, exponent: power - bias - mantissaBits, significand: 1)
      * Float(whole)
  }

  /// Replaces every nonzero byte with 1, since a Swift `Bool` must be 0 or 1.
  private static func normalizeTruth(_ bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.contains(where: { $0 > 1 }) else { return }
    for i in bytes.indices where bytes[i] > 1 { bytes[i] = 1 }
  }

  private static func swap(_ bytes: UnsafeMutableRawBufferPointer, _ size: Int) {
    func each<Word: FixedWidthInteger>(_ word: Word.Type) {
      for i in stride(from: 0, to: bytes.count, by: size) {
        bytes.storeBytes(
          of: bytes.load(fromByteOffset: i, as: Word.self).byteSwapped, toByteOffset: i,
          as: Word.self)
      }
    }
    switch size {
    case 2: each(UInt16.self)
    case 4: each(UInt32.self)
    default: each(UInt64.self)
    }
  }

  private static func columnMajorStrides(_ shape: [Int], pairs: Bool) -> [Int] {
    var strides: [Int] = []
    var step = pairs ? 2 : 1
    for size in shape {
      strides.append(step)
      step *= max(size, 1)
    }
    return pairs ? strides + [1] : strides
  }
}

extension Tensor {
  /// Calls `body` with the bytes of the elements in row-major order.
  func withElementBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    let host = try noGrad { try contiguous() }
    if host.numel == 0 { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      let start = host.storageOffset * dtype.byteSize
      let count = host.numel * dtype.byteSize
      return try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
    }
  }
}
