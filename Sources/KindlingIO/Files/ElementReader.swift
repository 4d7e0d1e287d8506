import KindlingCore
import Synchronization

/// Elements in a file that become the memory of a tensor.
struct StoredElements {
  /// The range of the bytes in the file.
  let range: Range<Int>
  let type: StoredType
  var bigEndian = false
  /// The record that contains the bytes, for its checksum.
  var record: ZipArchive.Record?
}

/// A reader of the elements of many tensors at once, each directly into its memory.
struct ElementReader {
  private let source: FileSource
  /// The size of a piece in bytes: enough work for a thread, but small enough to balance the load.
  private static let piece = 4 << 20

  /// A range of the file and its destination, or none if only the checksum is needed.
  private struct Piece {
    let owner: Int
    let range: Range<Int>
    let target: UnsafeMutableRawPointer?
  }
  private var pieces: [Piece] = []
  private let backend: any Backend

  /// Reads each of `elements` from `source` into memory.
  ///
  /// If `verify` is true, the checksums of their records are checked.
  static func read(
    _ elements: [StoredElements], in source: FileSource, verify: Bool
  ) throws -> [Storage] {
    var reader = try ElementReader(source)
    return try reader.read(elements, verify: verify)
  }

  private init(_ source: FileSource) throws {
    self.source = source
    backend = try Device.cpu.backend
  }

  private mutating func read(_ elements: [StoredElements], verify: Bool) throws -> [Storage] {
    var storages: [Storage] = []
    // Elements that need conversion are first read into separate memory.
    var raw: [Int: HostBytes] = [:]
    var sums: [ZipArchive.Record?] = []
    for (number, part) in elements.enumerated() {
      // Compressed records are decompressed and checked one by one.
      if let record = part.record, let size = record.inflatedSize {
        let unpacked = try record.unpacked(in: source, verify: verify)
        let inner = StoredElements(
          range: 0..<min(size, part.range.count), type: part.type, bigEndian: part.bigEndian)
        storages += try ElementReader.read([inner], in: unpacked.source, verify: false)
        sums.append(nil)
        continue
      }
      let record = verify ? part.record : nil
      sums.append(record)
      let storage: Storage
      if let made = mappedStorage(part) {
        storage = made
        if let record { add(record.range, number, to: nil) }
      } else {
        storage = try backend.allocate(byteCount: part.type.readByteCount(part.range.count))
        var target = try backend.withHostBytes(storage, mutating: true) { $0.baseAddress }
        if !part.type.isPlain {
          let memory = try HostBytes(byteCount: part.range.count)
          raw[number] = memory
          target = memory.bytes.baseAddress
        }
        if let record { add(record.range.lowerBound..<part.range.lowerBound, number, to: nil) }
        add(part.range, number, to: target)
        if let record { add(part.range.upperBound..<record.range.upperBound, number, to: nil) }
      }
      storages.append(storage)
    }
    try withExtendedLifetime((storages, raw)) { try run(sums) }
    for (number, part) in elements.enumerated() where part.record?.inflatedSize == nil {
      try finish(storages[number], part, raw[number])
    }
    return storages
  }

  private mutating func add(_ range: Range<Int>, _ owner: Int, to target: UnsafeMutableRawPointer?)
  {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
      let end = min(start + Self.piece, range.upperBound)
      pieces.append(
        Piece(
          owner: owner, range: start..<end, target: target.map { $0 + (start - range.lowerBound) }))
    }
  }

  /// Reads all pieces on all threads, and checks the checksums of `records`.
  private func run(_ records: [ZipArchive.Record?]) throws {
    let failure = Mutex<(any Error)?>(nil)
    let sums = [UInt32](unsafeUninitializedCapacity: pieces.count) { sums, count in
      let sums = UnsafeMutableBufferPointer(rebasing: sums[..<pieces.count])
      ThreadPool.shared.run(pieces.count) { i in
        do {
          sums.initializeElement(
            at: i, to: try read(pieces[i], summed: records[pieces[i].owner] != nil))
        } catch {
          sums.initializeElement(at: i, to: 0)
          failure.withLock { $0 = $0 ?? error }
        }
      }
      count = pieces.count
    }
    if let error = failure.withLock({ $0 }) { throw error }
    var whole = [UInt32](repeating: 0, count: records.count)
    for (piece, sum) in zip(pieces, sums) {
      whole[piece.owner] = Checksum.joined(whole[piece.owner], sum, piece.range.count)
    }
    for (record, sum) in zip(records, whole) where record.map({ $0.crc != sum }) == true {
      throw Checksum.mismatch(record?.name ?? "")
    }
  }

  /// Reads a piece to its destination; returns the checksum of its bytes if `summed`.
  private func read(_ piece: Piece, summed: Bool) throws -> UInt32 {
    let count = piece.range.count
    if let target = piece.target {
      let bytes = UnsafeMutableRawBufferPointer(start: target, count: count)
      try source.read(piece.range, into: bytes)
      return summed ? Checksum.onOneThread(UnsafeRawBufferPointer(bytes)) : 0
    }
    if let mapped = source.mapped(piece.range) {
      return Checksum.onOneThread(UnsafeRawBufferPointer(mapped.bytes))
    }
    return try source.part(piece.range).withBytes { Checksum.onOneThread($0) }
  }

  /// Returns the elements in the memory of the mapped file, if they can be used in place.
  private func mappedStorage(_ part: StoredElements) -> Storage? {
    guard part.type.isPlain, !part.bigEndian || part.type.dtype.byteSize == 1,
      let (bytes, owner) = source.mapped(part.range), let address = bytes.baseAddress,
      Int(bitPattern: address).isMultiple(of: part.type.dtype.byteSize)
    else { return nil }
    return owner.storage(bytes, on: backend)
  }

  /// Converts the bytes that were read to elements.
  private func finish(_ storage: Storage, _ part: StoredElements, _ raw: HostBytes?) throws {
    try backend.withHostBytes(storage, mutating: true) { target in
      let target = UnsafeMutableRawBufferPointer(
        rebasing: target[..<part.type.readByteCount(part.range.count)])
      if let raw {
        try part.type.convert(
          UnsafeRawBufferPointer(raw.bytes), into: target, bigEndian: part.bigEndian)
      } else {
        part.type.adapt(target, bigEndian: part.bigEndian)
      }
    }
  }
}
