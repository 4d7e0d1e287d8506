import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

/// Files of all formats that are read; `generate_formats.py` beside them made them with Pillow.
@Suite struct ImageFormatTests {
  private static func needsLibrary(_ file: String) -> Bool {
    [".webp", ".tif", ".tiff"].contains { file.hasSuffix($0) }
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { $0 < 0x60 ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  @Test func readsAsPillow() throws {
    let expected = try #require(
      JSONValue(contentsOf: Golden.path("images/formats.json")).object)
    var compared = 0
    for (file, wanted) in expected {
      let path = Golden.path("images/formats/\(file)")
      do {
        let image = try Image.open(path).convert(.rgb)
        #expect(image.width == wanted["width"]?.int && image.height == wanted["height"]?.int)
        let pixels = try bytes(#require(wanted["pixels"]?.string))
        #expect(try image.bytes() == pixels, "\(file)")
        let tensor = try readImage(path, mode: .rgb)
        // Gray of 16 bits stays as it is in a tensor.
        if tensor.dtype == .uint8 {
          #expect(try tensor.equal(PILToTensor()(image)), "\(file)")
        }
        compared += 1
      } catch let error as VisionError where Self.needsLibrary(file) {
        // Where the machine has no library for a format, the error says which.
        #expect(
          error.message.contains(path) && error.message.contains("apt-get install"), "\(error)")
      }
    }
    #expect(compared > 25)
  }

  @Test func keepsModes() throws {
    let modes: [(String, Image.Mode)] = [
      ("gray.bmp", .l), ("bits.pbm", .l), ("palette.gif", .rgb), ("transparent.gif", .rgba),
      ("transparent.png", .rgba), ("rgb.ppm", .rgb), ("gray16.png", .l),
    ]
    for (file, mode) in modes {
      #expect(try Image.open(Golden.path("images/formats/\(file)")).mode == mode, "\(file)")
    }
    #expect(try Image.open(Golden.path("images/gray_alpha.png")).mode == .la)
    #expect(try Image.open(Golden.path("images/cmyk.jpg")).mode == .rgb)
  }

  /// Each cut and each changed byte either decodes or is refused; none ends the process.
  @Test func survivesDamage() throws {
    for file in [
      "runs.bmp", "nibbles.bmp", "rgba.bmp", "core.bmp", "palette.gif", "animated.gif", "text.ppm",
      "deep.ppm", "bits.pbm", "rgba.webp", "gray.tif",
    ] {
      let whole = try FileBytes.read(Golden.path("images/formats/\(file)"))
      for end in whole.indices { _ = try? decodeImage(Array(whole[..<end])) }
      for at in whole.indices {
        for change: UInt8 in [0x55, 0xFF, 0x80] {
          var changed = whole
          changed[at] ^= change
          _ = try? decodeImage(changed)
        }
      }
    }
  }

  @Test func refuses() throws {
    expectRefusal("…promises 100000 by 100000 pixels…") {
      try decodeImage(Array("P6 100000 100000 255\n".utf8))
    }
    expectRefusal("…largest value is 70000…") { try decodeImage(Array("P5 3 3 70000\n".utf8)) }
    expectRefusal("…truncated") { try decodeImage(Array("P5 3 3 255\n12".utf8)) }
    expectRefusal("the image cannot be decoded: the file is truncated") {
      try decodeImage(Array("GIF89a".utf8) + [255, 255, 255, 255, 0, 0, 0, 0x2C])
    }
    expectRefusal("the image cannot be decoded: a BMP header of 151587081 bytes is not known") {
      try decodeImage(Array("BM".utf8) + [UInt8](repeating: 9, count: 60))
    }
    expectRefusal("the image cannot be decoded: libwebp refuses its header") {
      try decodeImage(Array("RIFF....WEBPVP8 ".utf8))
    }
    expectRefusal("is a text file; PNG, JPEG, BMP, GIF, PNM, WebP and TIFF files are read") {
      try decodeImage(Array("some words".utf8))
    }
    expectRefusal("is an AVIF file…") { try decodeImage([0, 0, 0, 24] + Array("ftypavif".utf8)) }
    expectRefusal("is a zip file…") { try decodeImage([0x50, 0x4B, 3, 4]) }
  }

  /// A gray TIFF of 3 by 6 pixels, the numbers from 0 to 17, and with more entries in its directory.
  private func gray(_ more: [(tag: Int, value: Int)]) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let entries =
      [(256, 3), (257, 6), (258, 8), (259, 1), (262, 1), (273, 8), (278, 6), (279, 18)] + more
    return Array("II".utf8) + number(42, 2) + number(26, 4) + Array(0..<18)
      + number(entries.count, 2)
      + entries.flatMap { number($0.0, 2) + number(4, 2) + number(1, 4) + number($0.1, 4) }
      + number(0, 4)
  }

  /// libtiff, which decodes, heeds the first of two entries: so must the room for the pixels.
  @Test(arguments: [(257, 2), (257, 4000), (256, 1), (256, 4000)])
  func sizesThatATIFFSaysTwiceAreTheFirst(tag: Int, value: Int) throws {
    do {
      let image = try decodeImage(gray([(tag, value)]))
      #expect(image.shape == [1, 6, 3])
      #expect(try image.toArray(as: UInt8.self) == Array(0..<18))
    } catch let error as VisionError {
      #expect(error.message.contains("apt-get install"), "\(error)")
    }
  }

  /// A BMP of 8 bits in runs, 16 pixels wide: a palette of two colors and then `runs`.
  private func coded(height: Int, _ runs: [UInt8]) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let header: [(Int, Int)] = [
      (40, 4), (16, 4), (height, 4), (1, 2), (8, 2), (1, 4), (0, 4), (0, 4), (0, 4), (2, 4), (0, 4),
    ]
    return Array("BM".utf8) + number(62 + runs.count, 4) + number(0, 4) + number(62, 4)
      + header.flatMap { number($0.0, $0.1) } + [10, 20, 30, 0, 40, 50, 60, 0] + runs
  }

  @Test func runsReachOnlySoManyRows() throws {
    // Skips leave the first color of the palette, which is stored as blue, green, red.
    let image = try Image(decoding: coded(height: 300, [0, 2, 3, 255, 2, 1, 0, 1]))
    #expect(image.width == 16 && image.height == 300)
    var expected = [UInt8](repeating: 0, count: 16 * 300 * 3)
    for i in expected.indices { expected[i] = [30, 20, 10][i % 3] }
    let run = (44 * 16 + 3) * 3
    expected.replaceSubrange(run..<run + 6, with: [60, 50, 40, 60, 50, 40])
    #expect(try image.bytes() == expected)
    expectRefusal("the image cannot be decoded: 64 bytes cannot reach 10000000 rows") {
      try decodeImage(coded(height: 10_000_000, [0, 1]))
    }
    var masked = coded(height: 8, [0, 1])
    (masked[28], masked[30]) = (1, 3)
    expectRefusal("…a BMP of 1 bits a pixel has no masks") { try decodeImage(masked) }
    expectRefusal("…cannot reach 70000 rows") { try decodeImage(coded(height: 70_000, [0, 1])) }
  }

  /// Each scan of a JPEG goes through the whole image, and takes a few bytes where nothing changes.
  @Test func scansOfLargeImagesAreBounded() throws {
    let head: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 255, count: 64)
      // Progressive, 4096 by 4096, gray; then one Huffman table with a code for 16384 empty blocks.
      + [0xFF, 0xC2, 0, 11, 8, 16, 0, 16, 0, 1, 1, 0x11, 0]
      + [0xFF, 0xC4, 0, 21, 16, 1, 1] + [UInt8](repeating: 0, count: 14) + [0xE0, 0x30]
    let scan: [UInt8] =
      [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 5, 2, 0x7F, 0xFE]
      + [0xFF, 0, 0xFD, 0xFF, 0, 0xFB, 0xFF, 0, 0xF7, 0xFF, 0, 0xEF, 0xFF, 0, 0xDF, 0xFF, 0]
      + [0xBF, 0xFF, 0, 0x87]
    let file = head + Array(repeatElement(scan, count: 70).joined()) + [0xFF, 0xD9]
    expectRefusal("…it has more than 64 scans") { try decodeImage(file) }
  }

  /// Files of every kind in a folder of images are read, or named.
  @Test func imageFolderSkipsNothing() throws {
    try FileBytes.withTemporaryFolder { root in
      try makeFolders(["\(root)/a"])
      let names = ["gray16.png", "rgb.bmp", "rgb.ppm", "palette.gif"]
      for name in names {
        try FileBytes.write(
          FileBytes.read(Golden.path("images/formats/\(name)")), to: "\(root)/a/\(name)")
      }
      #expect(symlink("\(root)/nowhere.png", "\(root)/a/dangling.png") == 0)
      let images = try ImageFolder(root, transform: ToTensor())
      #expect(
        images.samples.map { $0.path.dropFirst(root.count + 3) }
          == ["dangling.png", "gray16.png", "palette.gif", "rgb.bmp", "rgb.ppm"])
      for index in 1..<5 {
        let (image, _) = try images[index]
        #expect(image.shape[0] == 3 && image.dtype == .float32)
        #expect(try image.max().item() <= 1)
      }
      expectRefusal("…\(root)/a/dangling.png: No such file…") { try images[0] }

      try FileBytes.write([1], to: "\(root)/a/photo.heic")
      expectRefusal("…\(root)/a/photo.heic: images of this kind…") { try ImageFolder(root) }
      for name in names + ["dangling.png", "photo.heic"] { unlink("\(root)/a/\(name)") }
      rmdir("\(root)/a")
    }
  }

  /// The upper bits of 16-bit samples, so that a table of images gives one dtype and range.
  @Test func tablesOfImagesGiveBytes() throws {
    try FileBytes.withTemporaryFolder { root in
      try FileBytes.write(
        Array("file,label\n\(Golden.path("images/formats/gray16.png")),0\n".utf8),
        to: "\(root)/labels.csv")
      let images = try AnnotatedImages(annotations: "\(root)/labels.csv", root: root)
      let (image, _) = try images[0]
      #expect(image.dtype == .uint8)
      #expect(try image.flatten().toArray(as: Int.self) == [0, 0, 0, 0, 1, 1, 15, 255])
      unlink("\(root)/labels.csv")
    }
  }
}
