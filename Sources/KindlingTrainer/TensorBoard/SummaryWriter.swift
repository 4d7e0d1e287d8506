import KindlingPlatform

/// A writer of scalars for TensorBoard (PyTorch: `torch.utils.tensorboard.SummaryWriter`).
///
/// Each value is a separate record, on disk when ``addScalar(_:_:step:)`` returns. A record
/// consists of its length, a checksum, an `Event` message and another checksum.
public final class SummaryWriter {
  /// The folder to pass to `tensorboard --logdir`.
  public let logDir: String
  private let file: AppendedFile
  private let now: () -> Double

  /// Creates a new file in `logDir`, which is created if necessary.
  ///
  /// - Throws: ``TrainerError`` `.file` if the file cannot be created.
  public convenience init(_ logDir: String) throws {
    try self.init(logDir, now: SummaryWriter.time)
  }

  init(_ logDir: String, now: @escaping () -> Double) throws {
    self.logDir = logDir
    self.now = now
    let begun = now()
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let name = String(
      decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let seconds = begun.isFinite && begun.magnitude < 1e15 ? Int(begun) : 0
    // Two writers of the same second and process need different names.
    let unique = UInt32.random(in: 0...UInt32.max)
    file = try AppendedFile(
      "\(logDir)/events.out.tfevents.\(seconds).\(name).\(getpid()).\(unique)")
    var event = Message()
    event.add(1, begun)
    event.add(3, "brain.Event:2")
    try write(event)
  }

  /// Writes a value of the curve `tag`.
  public func addScalar(_ tag: String, _ value: Double, step: Int) throws {
    var entry = Message()
    entry.add(1, tag)
    entry.add(2, Float(value))
    var summary = Message()
    summary.add(1, entry)
    var event = Message()
    event.add(1, now())
    event.add(2, step)
    event.add(5, summary)
    try write(event)
  }

  private func write(_ event: Message) throws {
    let length = littleEndian(UInt64(event.bytes.count))
    try file.write(
      length + littleEndian(CRC32C.masked(length)) + event.bytes
        + littleEndian(CRC32C.masked(event.bytes)))
  }

  private static func time() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// A protocol-buffer message, encoded field by field.
private struct Message {
  private(set) var bytes: [UInt8] = []

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func key(_ field: UInt64, _ wire: UInt64) { varint(field << 3 | wire) }

  mutating func add(_ field: UInt64, _ value: Int) {
    key(field, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: UInt64, _ value: Double) {
    key(field, 1)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: UInt64, _ value: Float) {
    key(field, 5)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: UInt64, _ value: String) {
    key(field, 2)
    varint(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  mutating func add(_ field: UInt64, _ value: Message) {
    key(field, 2)
    varint(UInt64(value.bytes.count))
    bytes += value.bytes
  }
}

private func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
