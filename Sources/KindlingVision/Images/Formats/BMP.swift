import KindlingCore

/// A decoder of Windows bitmaps: palettes of 1 to 256 colors (also run-length coded), and 16, 24
/// and 32 bits per pixel.
enum BMP {
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    var file = ByteCursor(bytes)
    try file.skip(10)
    let start = try file.word()
    let header = try Header(&file)
    if let palette = header.palette { return try indexed(file, start, header, palette) }
    return try direct(file, start, header)
  }

  private struct Header {
    var width = 0, height = 0, isTopDown = false
    var bits = 0, compression = 0
    var masks: [UInt32] = []
    var palette: [(UInt8, UInt8, UInt8)]?

    init(_ file: inout ByteCursor) throws {
      let start = file.position, size = try file.word()
      guard [12, 40, 52, 56, 64, 108, 124].contains(size) else {
        throw ByteCursor.damaged("a BMP header of \(size) bytes is not known")
      }
      if size == 12 {
        (width, height) = (try file.short(), try file.short())
        _ = try file.short()
        bits = try file.short()
      } else {
        (width, height) = (try file.signedWord(), try file.signedWord())
        isTopDown = height < 0
        height = abs(height)
        _ = try file.short()
        bits = try file.short()
        compression = try file.word()
        try file.skip(12)
      }
      var colors = size == 12 ? 0 : try file.word()
      if compression == 3 || compression == 6 {
        guard [16, 24, 32].contains(bits) else {
          throw ByteCursor.damaged("a BMP of \(bits) bits a pixel has no masks")
        }
        try file.seek(start + 40)
        // A header of 40 bytes is followed by its three masks.
        let count = size >= 56 || compression == 6 ? 4 : 3
        masks = try (0..<count).map { _ in UInt32(truncatingIfNeeded: try file.word()) }
        if size == 40 { return }
      }
      try file.seek(start + size)
      guard [1, 4, 8].contains(bits) else {
        guard [16, 24, 32].contains(bits) else {
          throw ByteCursor.damaged("a BMP of \(bits) bits a pixel is not known")
        }
        return
      }
      let most = 1 << bits
      if colors == 0 { colors = most }
      guard colors <= 65536 else {
        throw ByteCursor.damaged("a palette of \(colors) colors is too large")
      }
      palette = try (0..<min(colors, most)).map { _ in
        let (b, g, r) = (try file.byte(), try file.byte(), try file.byte())
        if size != 12 { _ = try file.byte() }
        return (r, g, b)
      }
    }
  }

  // MARK: Palettes

  private static func indexed(
    _ file: ByteCursor, _ start: Int, _ header: Header, _ palette: [(UInt8, UInt8, UInt8)]
  ) throws -> Image {
    var file = file
    try file.seek(start)
    let isGray =
      palette.enumerated().allSatisfy { i, color in
        let level = palette.count == 2 ? i * 255 : i
        return color == (
          UInt8(truncatingIfNeeded: level), UInt8(truncatingIfNeeded: level),
          UInt8(truncatingIfNeeded: level)
        )
      } && (palette.count == 2 || palette.count == 256)
    let mode: Image.Mode = isGray ? .l : .rgb
    let isCoded = header.compression == 1 || header.compression == 2
    guard isCoded || header.compression == 0 else {
      throw ByteCursor.damaged("BMP compression \(header.compression) is not known")
    }
    let (width, height) = (header.width, header.height)
    // Four bytes advance by at most 255 rows.
    guard !isCoded || height / 64 <= file.bytes.count else {
      throw ByteCursor.damaged("\(file.bytes.count) bytes cannot reach \(height) rows")
    }
    let pixels = try Image.promised(
      mode, width: width, height: height,
      // A run of two bytes covers 255 pixels, and a skip of four bytes 255 rows of any length. The
      // limit of pixels per byte is that of GIF.
      most: file.bytes.count * (isCoded ? 11_000 : 8), inBytes: file.bytes.count)
    try pixels.withUnsafeMutableBuffer(of: UInt8.self) { target in
      func set(_ x: Int, _ y: Int, _ index: Int) throws {
        guard index < palette.count else {
          // As in Pillow, colors missing from the palette are black.
          return
        }
        let row = header.isTopDown ? y : height - 1 - y
        let place = (row * width + x) * mode.channels
        let color = palette[index]
        target[place] = color.0
        if mode == .rgb { (target[place + 1], target[place + 2]) = (color.1, color.2) }
      }
      if !isCoded {
        let stride = (width * header.bits + 31) / 32 * 4, perByte = 8 / header.bits
        for y in 0..<height {
          let line = try file.take(stride)
          for x in 0..<width {
            let shift = 8 - header.bits * (x % perByte + 1)
            try set(x, y, Int(line[x / perByte]) >> shift & ((1 << header.bits) - 1))
          }
        }
        return
      }
      // Pixels that no run covers have color 0.
      let first = palette.first ?? (0, 0, 0)
      fill(target, with: mode == .rgb ? [first.0, first.1, first.2] : [first.0])
      try runs(&file, isNibbles: header.compression == 2, width, height, set)
    }
    return Image(sharing: pixels, mode)
  }

  /// Repeats `pattern`, copying twice as much each time.
  private static func fill(_ target: UnsafeMutableBufferPointer<UInt8>, with pattern: [UInt8]) {
    var done = min(pattern.count, target.count)
    for i in 0..<done { target[i] = pattern[i] }
    guard let base = target.baseAddress, done > 0 else { return }
    while done < target.count {
      let count = min(done, target.count - done)
      (base + done).update(from: base, count: count)
      done += count
    }
  }

  private static func runs(
    _ file: inout ByteCursor, isNibbles: Bool, _ width: Int, _ height: Int,
    _ set: (Int, Int, Int) throws -> Void
  ) throws {
    var (x, y) = (0, 0)
    func put(_ index: Int) throws {
      if x < width && y < height { try set(x, y, index) }
      x += 1
    }
    while y < height {
      let count = Int(try file.byte()), value = Int(try file.byte())
      if count > 0 {
        for i in 0..<count {
          try put(isNibbles ? (i % 2 == 0 ? value >> 4 : value & 15) : value)
        }
        continue
      }
      switch value {
      case 0: (x, y) = (0, y + 1)
      case 1: return
      case 2:
        x += Int(try file.byte())
        y += Int(try file.byte())
      default:
        let size = isNibbles ? (value + 1) / 2 : value
        let literal = try file.take(size)
        for i in 0..<value {
          let byte = Int(literal[isNibbles ? i / 2 : i])
          try put(isNibbles ? (i % 2 == 0 ? byte >> 4 : byte & 15) : byte)
        }
        // Literals are padded to words of two bytes.
        if size % 2 == 1 { _ = try file.byte() }
      }
    }
  }

  // MARK: Colors

  private static func direct(
    _ file: ByteCursor, _ start: Int, _ header: Header
  ) throws -> Image {
    var file = file
    try file.seek(start)
    guard header.compression == 0 || !header.masks.isEmpty else {
      throw ByteCursor.damaged("BMP compression \(header.compression) is not known")
    }
    var masks = header.masks
    if masks.isEmpty {
      masks =
        header.bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF]
    }
    if masks.count == 4 && masks[3] == 0 { masks.removeLast() }
    let mode: Image.Mode = masks.count == 4 ? .rgba : .rgb
    let (width, height, size) = (header.width, header.height, header.bits / 8)
    let pixels = try Image.promised(
      mode, width: width, height: height, most: file.bytes.count / size,
      inBytes: file.bytes.count)
    let channels = masks.map { mask in
      (
        mask: mask, shift: mask.trailingZeroBitCount,
        top: mask >> min(mask.trailingZeroBitCount, 31)
      )
    }
    let stride = (width * header.bits + 31) / 32 * 4
    try pixels.withUnsafeMutableBuffer(of: UInt8.self) { target in
      for y in 0..<height {
        let line = try file.take(min(stride, file.bytes.count - file.position))
        guard line.count >= width * size else { throw ByteCursor.truncated }
        let row = header.isTopDown ? y : height - 1 - y
        for x in 0..<width {
          var value: UInt32 = 0
          for i in 0..<size { value |= UInt32(line[x * size + i]) << (8 * i) }
          for (c, channel) in channels.enumerated() {
            let level = (value & channel.mask) >> min(UInt32(channel.shift), 31)
            let scaled = channel.top == 0 ? 0 : UInt64(level) * 255 / UInt64(channel.top)
            target[(row * width + x) * mode.channels + c] = UInt8(scaled)
          }
        }
      }
    }
    return Image(sharing: pixels, mode)
  }
}
