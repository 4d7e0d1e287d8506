import KindlingCore

/// A reader of the IDX format of MNIST and similar datasets: a header and big-endian numbers.
///
/// Files may be compressed with gzip. All sizes are checked against the size of the file before
/// memory is allocated.
public enum IDX {
  /// Reads the tensor in the file at `path`.
  ///
  /// - Throws: ``VisionError`` if the file is missing, damaged, truncated, longer than its header
  ///   says, or not an IDX file.
  public static func read(_ path: String) throws -> Tensor {
    let reader = try GzipReader(path)
    func corrupt(_ what: String) -> VisionError { VisionError(.corrupt, "\(path) \(what)") }

    let magic = try reader.read(4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, let dtype = dtypes[magic[2]] else {
      throw corrupt("is not an IDX file: it begins with \(magic.prefix(4))")
    }
    let rank = Int(magic[3])
    guard rank > 0 && rank <= 8 else { throw corrupt("has \(rank) dimensions; 1 to 8 are read") }
    let header = try reader.read(4 * rank)
    guard header.count == 4 * rank else { throw corrupt("is truncated: its header is not whole") }
    let shape = (0..<rank).map { d in
      header[4 * d..<4 * d + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    let byteCount = shape.reduce((value: dtype.byteSize, overflow: false)) { product, size in
      let (value, over) = product.value.multipliedReportingOverflow(by: size)
      return (value, over || product.overflow)
    }
    guard !byteCount.overflow, byteCount.value <= reader.mostBytes else {
      throw corrupt("is truncated: its header promises shape \(shape), more than the file can hold")
    }
    guard byteCount.value <= reader.mostUnpacked else {
      throw corrupt(
        "is refused: it unpacks to \(byteCount.value) bytes, far more than the file has; if you trust it, unpack it with gunzip"
      )
    }
    let result = try Tensor(uninitialized: shape, dtype, on: CPUBackend.shared, "IDX.read")
    let memory = UnsafeMutableRawBufferPointer(
      start: result.storage.address, count: byteCount.value)
    let got = try reader.read(into: memory)
    guard got == byteCount.value else {
      throw corrupt(
        "is truncated: its header promises shape \(shape), \(byteCount.value) bytes, but it has \(got)"
      )
    }
    guard try reader.read(1).isEmpty else {
      throw corrupt("has more bytes than its header promises for shape \(shape)")
    }
    makeNative(memory, dtype.byteSize)
    return result
  }

  private static let dtypes: [UInt8: DType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]

  /// Swaps the bytes of big-endian elements on little-endian machines.
  private static func makeNative(_ memory: UnsafeMutableRawBufferPointer, _ size: Int) {
    switch size {
    case 2: memory.withMemoryRebound(to: UInt16.self) { swap($0) }
    case 4: memory.withMemoryRebound(to: UInt32.self) { swap($0) }
    case 8: memory.withMemoryRebound(to: UInt64.self) { swap($0) }
    default: break
    }
    func swap<Word: FixedWidthInteger>(_ words: UnsafeMutableBufferPointer<Word>) {
      for i in words.indices { words[i] = Word(bigEndian: words[i]) }
    }
  }
}
