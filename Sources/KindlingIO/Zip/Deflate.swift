import CZlib
import KindlingCore

/// The compression of zip records.
enum Deflate {
  /// The maximum expansion: the output is at most this many times as long as the input, plus as
  /// many bytes.
  static let mostExpansion = 1032

  /// Decompresses `source` to exactly `byteCount` bytes.
  static func inflate(
    _ source: UnsafeRawBufferPointer, byteCount: Int, _ what: String
  ) throws -> HostBytes {
    let result = try HostBytes(byteCount: byteCount)
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw CheckpointError(.file, "zlib cannot be used") }
    defer { inflateEnd(&stream) }
    let (input, output) = (
      Array(chunks(source)), Array(chunks(UnsafeRawBufferPointer(result.bytes)))
    )
    var (nextInput, nextOutput) = (0, 0)
    while true {
      if stream.avail_in == 0, nextInput < input.count {
        stream.next_in = UnsafeMutablePointer(mutating: input[nextInput].start)
        stream.avail_in = input[nextInput].count
        nextInput += 1
      }
      if stream.avail_out == 0, nextOutput < output.count {
        stream.next_out = UnsafeMutablePointer(mutating: output[nextOutput].start)
        stream.avail_out = output[nextOutput].count
        nextOutput += 1
      }
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      if status == Z_STREAM_END { break }
      let canGoOn =
        status == Z_OK && (stream.avail_in > 0 || nextInput < input.count)
        && (stream.avail_out > 0 || nextOutput < output.count)
      try require(canGoOn, .corrupt, "\(what) is damaged: its compressed bytes do not unpack")
    }
    try require(
      stream.total_out == byteCount && stream.total_in == source.count, .corrupt,
      "\(what) unpacks to \(stream.total_out) bytes, not to the announced \(byteCount)")
    return result
  }

  /// Compresses `source`.
  static func deflate(_ source: UnsafeRawBufferPointer) throws -> HostBuffer<UInt8> {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw CheckpointError(.file, "zlib cannot be used") }
    defer { deflateEnd(&stream) }
    let result = try HostBuffer<UInt8>(count: 0, "zlib")
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let input = Array(chunks(source))
    var nextInput = 0
    var status = Z_OK
    while status != Z_STREAM_END {
      if stream.avail_in == 0, nextInput < input.count {
        stream.next_in = UnsafeMutablePointer(mutating: input[nextInput].start)
        stream.avail_in = input[nextInput].count
        nextInput += 1
      }
      let flush = nextInput == input.count ? Z_FINISH : Z_NO_FLUSH
      let written = buffer.withUnsafeMutableBufferPointer { buffer in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(buffer.count)
        status = CZlib.deflate(&stream, flush)
        return buffer.count - Int(stream.avail_out)
      }
      try require(
        status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR, .file,
        "zlib cannot compress: status \(status)")
      try result.append(contentsOf: buffer[..<written])
    }
    return result
  }

  /// Returns `bytes` in chunks whose lengths fit zlib's type.
  private static func chunks(
    _ bytes: UnsafeRawBufferPointer
  ) -> [(start: UnsafePointer<UInt8>, count: UInt32)] {
    stride(from: 0, to: bytes.count, by: 1 << 30).compactMap { start in
      guard let base = bytes.baseAddress else { return nil }
      let count = UInt32(min(bytes.count - start, 1 << 30))
      return ((base + start).assumingMemoryBound(to: UInt8.self), count)
    }
  }
}
