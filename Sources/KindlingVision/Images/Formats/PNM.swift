import KindlingCore
import Numerics

/// A decoder of portable bitmaps, graymaps and pixmaps, as text and binary (P1 to P6).
enum PNM {
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    var file = ByteCursor(bytes)
    _ = try file.byte()
    let kind = Int(try file.byte()) - 0x30
    let width = try number(&file), height = try number(&file)
    let isBitmap = kind == 1 || kind == 4, isText = kind <= 3
    let largest = isBitmap ? 1 : try number(&file)
    guard (1...65535).contains(largest) else {
      throw ByteCursor.damaged("its largest value is \(largest), which is not from 1 to 65535")
    }
    let mode: Image.Mode = kind == 3 || kind == 6 ? .rgb : .l
    let pixels = try Image.promised(
      mode, width: width, height: height, most: bytes.count * (isBitmap ? 8 : 1),
      inBytes: bytes.count)
    // A single white-space byte ends the header of a binary file.
    if !isText { try file.skip(1) }
    // 16-bit gray is clamped at 255, as in Pillow's conversion; colors are scaled.
    let isWide = largest > 255, top = mode == .l && isWide ? 65535.0 : 255.0
    func level(_ value: Int) -> UInt8 {
      let scaled = (Double(value) / Double(largest) * top).rounded(.toNearestOrEven)
      return UInt8(min(scaled, 255))
    }
    try pixels.withUnsafeMutableBuffer(of: UInt8.self) { target in
      if kind == 4 {
        let stride = (width + 7) / 8
        for y in 0..<height {
          let line = try file.take(stride)
          for x in 0..<width {
            target[y * width + x] = line[x / 8] >> (7 - UInt8(x % 8)) & 1 == 1 ? 0 : 255
          }
        }
        return
      }
      for i in 0..<target.count {
        if kind == 1 {
          target[i] = try bit(&file) ? 0 : 255
        } else if isText {
          let value = try number(&file)
          guard value <= largest else {
            throw ByteCursor.damaged("the value \(value) is larger than its largest, \(largest)")
          }
          target[i] = level(value)
        } else {
          let high = Int(try file.byte())
          target[i] =
            largest == 255 ? UInt8(high) : level(isWide ? high << 8 | Int(try file.byte()) : high)
        }
      }
    }
    return Image(sharing: pixels, mode)
  }

  /// Skips white space and comments.
  private static func gap(_ file: inout ByteCursor) throws {
    while !file.isAtEnd {
      switch file.bytes[file.position] {
      case 0x20, 0x09...0x0D: file.position += 1
      case UInt8(ascii: "#"):
        while !file.isAtEnd && file.bytes[file.position] != 0x0A { file.position += 1 }
      default: return
      }
    }
  }

  private static func number(_ file: inout ByteCursor) throws -> Int {
    try gap(&file)
    var value = 0, digits = 0
    while !file.isAtEnd, (0x30...0x39).contains(file.bytes[file.position]) {
      digits += 1
      guard digits <= 10 else { throw ByteCursor.damaged("a number of more than 10 digits") }
      value = value * 10 + Int(file.bytes[file.position] - 0x30)
      file.position += 1
    }
    guard digits > 0 else {
      throw file.isAtEnd ? ByteCursor.truncated : ByteCursor.damaged("a number is expected")
    }
    return value
  }

  /// Reads a digit of a bitmap in text form, which needs no space after it.
  private static func bit(_ file: inout ByteCursor) throws -> Bool {
    try gap(&file)
    switch try file.byte() {
    case UInt8(ascii: "0"): return false
    case UInt8(ascii: "1"): return true
    default: throw ByteCursor.damaged("a digit 0 or 1 is expected")
    }
  }
}
