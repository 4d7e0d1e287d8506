import KindlingCore
import KindlingPlatform

/// The bytes of a file, of which readers take parts.
///
/// What is taken is copied, so that nothing which happens to the file later can change it; a file that
/// is cut short meanwhile is a thrown error. Only what is asked for in the memory of a mapped file is
/// not copied.
package final class FileSource: Sendable {
  package let byteCount: Int
  private let origin: Origin
  private let mapping: Mapping?

  private enum Origin { case file(InputFile), memory(HostBytes) }

  /// The file at `path`; where it is `mapped`, its records may be used without a copy.
  package init(_ path: String, mapped: Bool = false) throws {
    let file = try InputFile(path)
    guard file.byteCount > 0 else { throw CheckpointError.corrupt("the file is empty") }
    byteCount = file.byteCount
    mapping = try mapped ? Mapping(file) : nil
    origin = .file(file)
  }

  /// `memory`, as if it were a file's.
  init(_ memory: HostBytes) {
    (byteCount, origin, mapping) = (memory.bytes.count, .memory(memory), nil)
  }

  /// A copy of `content`, as if it were a file's.
  package convenience init(copying content: UnsafeRawBufferPointer) throws {
    guard !content.isEmpty else { throw CheckpointError.corrupt("the file is empty") }
    let memory = try HostBytes(byteCount: content.count)
    memory.bytes.copyMemory(from: content)
    self.init(memory)
  }

  /// The whole file in memory.
  func inMemory() throws -> FileSource { FileSource(try memory()) }

  /// The bytes of the whole file.
  func memory() throws -> HostBytes {
    if case .memory(let memory) = origin { return memory }
    let memory = try HostBytes(byteCount: byteCount)
    try read(0..<byteCount, into: memory.bytes)
    return memory
  }

  /// The bytes in `range`, which must lie in the file.
  package func part(_ range: Range<Int>) throws -> FilePart {
    if case .memory(let memory) = origin {
      return FilePart(UnsafeRawBufferPointer(rebasing: memory.bytes[range]), of: memory)
    }
    let memory = try HostBytes(byteCount: range.count)
    try read(range, into: memory.bytes)
    return FilePart(UnsafeRawBufferPointer(memory.bytes), of: memory)
  }

  /// The first `count` bytes of `range`, or as many as there are.
  func part(_ range: Range<Int>, upTo count: Int) throws -> FilePart {
    try part(range.lowerBound..<range.lowerBound + min(count, range.count))
  }

  /// Copies the bytes in `range`, which must lie in the file, into `target`, which is as long.
  func read(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) throws {
    switch origin {
    case .file(let file): try file.read(into: target, at: range.lowerBound)
    case .memory(let memory):
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[range]))
    }
  }

  /// The bytes in `range` without a copy; nil where the file is not mapped.
  func mapped(_ range: Range<Int>) -> (bytes: UnsafeMutableRawBufferPointer, owner: Mapping)? {
    mapping.map { (UnsafeMutableRawBufferPointer(rebasing: $0.bytes[range]), $0) }
  }
}

/// Bytes of a file in memory, which stay as long as this value.
package struct FilePart {
  package let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject

  init(_ bytes: UnsafeRawBufferPointer, of owner: AnyObject) {
    (self.bytes, self.owner) = (bytes, owner)
  }

  /// Runs `body`, through which the bytes stay.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(owner) { try body(bytes) }
  }
}

/// Memory of the processor's from the allocator of tensors, whose bytes are not set.
final class HostBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  private let storage: Storage

  /// - Throws: `TensorError` `.memory` where there is not that much.
  init(byteCount: Int) throws {
    let backend = try Device.cpu.backend
    storage = try backend.allocate(byteCount: max(byteCount, 1))
    bytes = try backend.withHostBytes(storage, mutating: true) {
      UnsafeMutableRawBufferPointer(rebasing: $0[..<byteCount])
    }
  }
}
