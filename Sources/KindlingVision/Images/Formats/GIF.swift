import KindlingCore

/// A decoder of the first frame of a GIF.
enum GIF {
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    var file = ByteCursor(bytes)
    try file.skip(6)
    let width = try file.short(), height = try file.short(), flags = Int(try file.byte())
    try file.skip(2)
    var palette = try colors(&file, flags)
    var transparent: Int?
    while true {
      switch try file.byte() {
      case 0x21:
        let label = try file.byte()
        var block = try file.take(Int(try file.byte()))
        if label == 0xF9 && block.count >= 4 && block[0] & 1 == 1 { transparent = Int(block[3]) }
        while block.count > 0 { block = try file.take(Int(try file.byte())) }
      case 0x2C:
        let left = try file.short(), top = try file.short()
        let frame = (width: try file.short(), height: try file.short())
        let flags = Int(try file.byte())
        palette = try colors(&file, flags) ?? palette
        let size = (max(width, left + frame.width), max(height, top + frame.height))
        // A code of at least 3 bits stands for at most 4096 pixels.
        let canvas = try Image.promised(
          .l, width: size.0, height: size.1, most: bytes.count * 11_000, inBytes: bytes.count)
        _ = try canvas.fill_(transparent ?? 0)
        try canvas.withUnsafeMutableBuffer(of: UInt8.self) { target in
          var lines = Lines(frame.height, isInterlaced: flags & 0x40 != 0)
          try LZW.decode(&file, count: frame.width * frame.height) { i, index in
            if i % max(frame.width, 1) == 0 { lines.advance(i / frame.width) }
            target[(top + lines.line) * size.0 + left + i % frame.width] = index
          }
        }
        return try colored(canvas, palette, transparent)
      case 0x3B: throw ByteCursor.damaged("a GIF without a frame")
      default: throw ByteCursor.damaged("a GIF with a block that is not known")
      }
    }
  }

  private static func colors(
    _ file: inout ByteCursor, _ flags: Int
  ) throws -> [(UInt8, UInt8, UInt8)]? {
    guard flags & 0x80 != 0 else { return nil }
    return try (0..<2 << (flags & 7)).map { _ in
      (try file.byte(), try file.byte(), try file.byte())
    }
  }

  /// The rows of a frame in file order.
  private struct Lines {
    private let height: Int
    private let isInterlaced: Bool
    private var pass = 0
    private(set) var line = 0

    init(_ height: Int, isInterlaced: Bool) {
      self.height = height
      self.isInterlaced = isInterlaced
    }

    /// Moves to the row at `position` in the file.
    mutating func advance(_ position: Int) {
      guard isInterlaced else {
        line = position
        return
      }
      if position == 0 { return }
      line += [8, 8, 4, 2][pass]
      while line >= height && pass < 3 {
        pass += 1
        line = [0, 4, 2, 1][pass]
      }
    }
  }

  private static func colored(
    _ canvas: Tensor, _ palette: [(UInt8, UInt8, UInt8)]?, _ transparent: Int?
  ) throws -> Image {
    let indices = Image(sharing: canvas, .l)
    let isGray =
      palette?.enumerated().allSatisfy { i, color in
        color == (UInt8(i), UInt8(i), UInt8(i))
      } ?? true
    guard let palette, !isGray || transparent != nil else { return indices }
    var isUsed = false
    if let transparent {
      isUsed = try canvas.withUnsafeBuffer(of: UInt8.self) { $0.contains(UInt8(transparent)) }
    }
    let mode: Image.Mode = isUsed ? .rgba : .rgb
    return try indices.drawn(as: mode, height: indices.height, width: indices.width) { from, to in
      for i in 0..<from.count {
        let index = Int(from[i]), place = i * mode.channels
        // Colors missing from the palette are black.
        let color = index < palette.count ? palette[index] : (0, 0, 0)
        (to[place], to[place + 1], to[place + 2]) = color
        if isUsed { to[place + 3] = index == transparent ? 0 : 255 }
      }
    }
  }
}

/// The LZW compression of GIF.
private enum LZW {
  /// Calls `put` with each of `count` bytes, or fewer if the stream ends early.
  static func decode(
    _ file: inout ByteCursor, count: Int, _ put: (Int, UInt8) throws -> Void
  ) throws {
    let bits = Int(try file.byte())
    guard (1...8).contains(bits) else {
      throw ByteCursor.damaged("a GIF with codes of \(bits) bits")
    }
    let clear = 1 << bits, end = clear + 1
    // A code is another code followed by a byte; `first` is the first byte of its text.
    var prefix = [Int16](repeating: -1, count: 4096)
    var suffix = [UInt8](repeating: 0, count: 4096), first = suffix
    for i in 0..<clear { (suffix[i], first[i]) = (UInt8(i), UInt8(i)) }
    var next = clear + 2, width = bits + 1, previous: Int?
    var buffer = 0, held = 0, done = 0
    var text: [UInt8] = []
    var block = try file.take(Int(try file.byte())), place = 0
    while done < count {
      while held < width {
        if place == block.count {
          block = try file.take(Int(try file.byte()))
          place = 0
          if block.count == 0 { throw ByteCursor.truncated }
        }
        buffer |= Int(block[place]) << held
        held += 8
        place += 1
      }
      let code = buffer & ((1 << width) - 1)
      buffer >>= width
      held -= width
      if code == clear {
        (next, width, previous) = (clear + 2, bits + 1, nil)
        continue
      }
      if code == end { throw ByteCursor.truncated }
      guard code < next || code == next && previous != nil && next < 4096 else {
        throw ByteCursor.damaged("a GIF with a code that was not defined")
      }
      if let previous, next < 4096 {
        prefix[next] = Int16(previous)
        first[next] = first[previous]
        suffix[next] = first[code == next ? previous : code]
        next += 1
        if next == 1 << width && width < 12 { width += 1 }
      }
      text.removeAll(keepingCapacity: true)
      var part = code
      while part >= 0 {
        text.append(suffix[part])
        part = Int(prefix[part])
      }
      for byte in text.reversed() where done < count {
        try put(done, byte)
        done += 1
      }
      previous = code
    }
  }
}
