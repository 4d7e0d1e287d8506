import CImageCodecs
import KindlingCore

/// The first picture of TIFF files, through libtiff.
struct TIFF: @unchecked Sendable {
  private typealias Handle = UnsafeMutableRawPointer
  private typealias Transfer = @convention(c) (Handle?, UnsafeMutableRawPointer?, Int) -> Int
  private typealias Seek = @convention(c) (Handle?, UInt64, Int32) -> UInt64
  private typealias Close = @convention(c) (Handle?) -> Int32
  private typealias Size = @convention(c) (Handle?) -> UInt64
  private typealias Map = @convention(c) (Handle?, Handle?, Handle?) -> Int32
  private typealias Unmap = @convention(c) (Handle?, Handle?, UInt64) -> Void
  private typealias Open =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, Handle?, Transfer, Transfer, Seek, Close, Size,
      Map, Unmap
    ) -> Handle?
  private typealias Read =
    @convention(c) (
      Handle, UInt32, UInt32, UnsafeMutablePointer<UInt32>?, Int32, Int32
    ) -> Int32
  private typealias Silence = @convention(c) (Handle?) -> Handle?

  private let open: Open
  private let close: @convention(c) (Handle) -> Void
  private let read: Read
  private let field: UnsafeMutableRawPointer

  private static let shared: Result<TIFF, VisionError> = Result { () throws(VisionError) in
    try TIFF()
  }

  private init() throws(VisionError) {
    #if canImport(Darwin)
      let files = ["libtiff.6.dylib"]
    #else
      let files = ["libtiff.so.6", "libtiff.so.5"]
    #endif
    let library = try CodecLibrary("libtiff", files, package: "libtiff6", reads: "TIFF")
    open = try library.function("TIFFClientOpen", as: Open.self)
    close = try library.function("TIFFClose", as: (@convention(c) (Handle) -> Void).self)
    read = try library.function("TIFFReadRGBAImageOriented", as: Read.self)
    field = try library.function("TIFFGetFieldDefaulted", as: UnsafeMutableRawPointer.self)
    // What it has to say is thrown, not printed.
    _ = try library.function("TIFFSetErrorHandler", as: Silence.self)(nil)
    _ = try library.function("TIFFSetWarningHandler", as: Silence.self)(nil)
  }

  /// The bytes of a file and the position in them.
  private struct Source {
    var bytes: UnsafeBufferPointer<UInt8>
    var position = 0
  }

  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    let library = try shared.get()
    var source = Source(bytes: bytes)
    return try withUnsafeMutablePointer(to: &source) { source in
      guard
        let file = library.open(
          "image", "rm", Handle(source),
          { handle, target, count in
            guard let source = handle?.assumingMemoryBound(to: Source.self), let target else {
              return -1
            }
            let rest = source.pointee.bytes.count - source.pointee.position
            let count = max(0, min(count, rest))
            if count > 0, let start = source.pointee.bytes.baseAddress {
              target.copyMemory(from: start + source.pointee.position, byteCount: count)
              source.pointee.position += count
            }
            return count
          },
          { _, _, _ in -1 },
          { handle, offset, origin in
            guard let source = handle?.assumingMemoryBound(to: Source.self) else { return .max }
            let base =
              origin == 0
              ? 0 : origin == 1 ? source.pointee.position : source.pointee.bytes.count
            let (place, overflow) = base.addingReportingOverflow(Int(truncatingIfNeeded: offset))
            guard !overflow, place >= 0, place <= source.pointee.bytes.count else { return .max }
            source.pointee.position = place
            return UInt64(place)
          },
          { _ in 0 },
          { handle in
            UInt64(handle?.assumingMemoryBound(to: Source.self).pointee.bytes.count ?? 0)
          },
          { _, _, _ in 0 }, { _, _, _ in })
      else { throw ByteCursor.damaged("libtiff refuses its header") }
      defer { library.close(file) }
      return try library.image(file, bytes.count)
    }
  }

  private func image(_ file: Handle, _ count: Int) throws -> Image {
    let directory = Directory(file, field)
    let rgba = try Image.promised(
      .rgba, width: directory.width, height: directory.height, most: ImageFormat.mostPixels,
      inBytes: count)
    let isRead = try rgba.withUnsafeMutableBuffer(of: UInt8.self) { target in
      guard let start = target.baseAddress else { return false }
      // Starts at the top left corner; the lowest byte of a word is red, and the first error stops
      // decoding.
      return read(
        file, UInt32(directory.width), UInt32(directory.height),
        UnsafeMutableRawPointer(start).assumingMemoryBound(to: UInt32.self), 1, 1) == 1
    }
    guard isRead else { throw ByteCursor.damaged("libtiff cannot decode it") }
    return try Image(sharing: rgba, .rgba).convert(directory.mode)
  }

  /// The first directory as libtiff has read it; libtiff's decoder relies on the same size.
  private struct Directory {
    let width, height: Int
    private let photometric, samples: Int

    init(_ file: Handle, _ field: UnsafeMutableRawPointer) {
      func number(_ tag: UInt32, unless missing: Int) -> Int {
        var found: UInt32 = 0
        return kc_tiff_number(field, file, tag, &found) ? Int(found) : missing
      }
      width = number(256, unless: 0)
      height = number(257, unless: 0)
      photometric = number(262, unless: 1)
      samples = number(277, unless: 1)
    }

    /// The mode: gray is 0 or 1, and samples beyond the colors are opacity.
    var mode: Image.Mode {
      if photometric <= 1 { return samples == 2 ? .la : .l }
      return photometric == 2 && samples == 4 ? .rgba : .rgb
    }
  }
}
