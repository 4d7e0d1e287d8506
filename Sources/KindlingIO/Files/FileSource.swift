import KindlingCore
import KindlingPlatform

/// The bytes of a file, from which readers take parts.
///
/// Parts are copied, so later changes of the file do not affect them. A file that is truncated
/// while it is read throws an error. Only parts requested from a mapped file are not copied.
package final class FileSource: Sendable {
  package let byteCount: Int
  private let origin: Origin
  private let mapping: Mapping?

  private enum Origin { case file(InputFile), memory(HostBytes) }

  /// Creates a source from the file at `path`; if it is `mapped`, its records may be used without a
  /// copy.
  package init(_ path: String, mapped: Bool = false) throws {
    let file = try InputFile(path)
    try require(file.byteCount > 0, .corrupt, "the file is empty")
    byteCount = file.byteCount
    mapping = try mapped ? Mapping(file) : nil
    origin = .file(file)
  }

  /// Creates a source from `memory` instead of a file.
  init(_ memory: HostBytes) {
    (byteCount, origin, mapping) = (memory.bytes.count, .memory(memory), nil)
  }

  /// Creates a source from a copy of `content` instead of a file.
  package convenience init(copying content: UnsafeRawBufferPointer) throws {
    try require(!content.isEmpty, .corrupt, "the file is empty")
    let memory = try HostBytes(byteCount: content.count)
    memory.bytes.copyMemory(from: content)
    self.init(memory)
  }

  /// Returns a source with the whole file in memory.
  func inMemory() throws -> FileSource { FileSource(try memory()) }

  /// Reads the bytes of the whole file.
  func memory() throws -> HostBytes {
    if case .memory(let memory) = origin { return memory }
    let memory = try HostBytes(byteCount: byteCount)
    try read(0..<byteCount, into: memory.bytes)
    return memory
  }

  /// Returns the bytes in `range`, which must be inside the file.
  package func part(_ range: Range<Int>) throws -> FilePart {
    if case .memory(let memory) = origin {
      return FilePart(UnsafeRawBufferPointer(rebasing: memory.bytes[range]), of: memory)
    }
    let memory = try HostBytes(byteCount: range.count)
    try read(range, into: memory.bytes)
    return FilePart(UnsafeRawBufferPointer(memory.bytes), of: memory)
  }

  /// Returns the first `count` bytes of `range`, or as many as there are.
  func part(_ range: Range<Int>, upTo count: Int) throws -> FilePart {
    try part(range.lowerBound..<range.lowerBound + min(count, range.count))
  }

  /// Copies the bytes in `range`, which must be inside the file, into `target` of the same length.
  func read(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) throws {
    switch origin {
    case .file(let file): try file.read(into: target, at: range.lowerBound)
    case .memory(let memory):
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[range]))
    }
  }

  /// Returns the bytes in `range` without a copy, or nil if the file is not mapped.
  func mapped(_ range: Range<Int>) -> (bytes: UnsafeMutableRawBufferPointer, owner: Mapping)? {
    mapping.map { (UnsafeMutableRawBufferPointer(rebasing: $0.bytes[range]), $0) }
  }
}

/// Bytes of a file in memory, which live as long as this value.
package struct FilePart {
  package let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject

  init(_ bytes: UnsafeRawBufferPointer, of owner: AnyObject) {
    (self.bytes, self.owner) = (bytes, owner)
  }

  /// Runs `body` and keeps the bytes alive.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(owner) { try body(bytes) }
  }
}

/// Host memory from the tensor allocator, with uninitialized bytes.
final class HostBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  private let storage: Storage

  /// - Throws: `TensorError` `.memory` if there is not enough memory.
  init(byteCount: Int) throws {
    let backend = try Device.cpu.backend
    storage = try backend.allocate(byteCount: max(byteCount, 1))
    bytes = try backend.withHostBytes(storage, mutating: true) {
      UnsafeMutableRawBufferPointer(rebasing: $0[..<byteCount])
    }
  }
}
