import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// torchvision's decodings of small images of every colour type; third-party pictures.
private let folder = "golden/data_and_transforms"

@Suite struct ImageCodecTests {
  private static let modes: [(name: String, mode: ImageReadMode)] = [
    ("UNCHANGED", .unchanged), ("GRAY", .gray), ("RGB", .rgb), ("RGB_ALPHA", .rgbAlpha),
  ]

  /// Where torchvision leaves memory unset: palette indices that share a byte, and the opacity of a
  /// palette that has none.
  private static func isUnset(_ file: String, _ mode: ImageReadMode) -> Bool {
    guard file.contains("palette"), !file.contains("trns") else { return false }
    let packed = ["palette1", "palette2", "palette4"].contains { file.contains($0) }
    return mode == .rgbAlpha || mode == .unchanged && packed
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func decodesAsTorchvision() throws {
    let cases = try #require(
      JSONValue(contentsOf: Shared.path("\(folder)/data.json"))["decode"]?.array)
    let expected = try TensorFile(Shared.path("\(folder)/data.safetensors"))
    var compared = 0
    for item in cases {
      let file = try #require(item["file"]?.string)
      for (name, mode) in Self.modes {
        let path = Shared.path("\(folder)/\(file)")
        guard let key = item["read_image"]?[name]?["tensor"]?.string else {
          expectRefusal("…no transparency…") { try readImage(path, mode: mode) }
          continue
        }
        if Self.isUnset(file, mode) { continue }
        let image = try readImage(path, mode: mode), wanted = try expected.tensor(key)
        #expect(image.shape == wanted.shape && image.dtype == wanted.dtype, "\(file) \(name)")
        guard image.shape == wanted.shape else { continue }
        let difference = try image.to(.int32).sub(wanted.to(.int32)).abs().max().item(as: Int.self)
        #expect(difference <= (file.hasSuffix(".png") ? 0 : 2), "\(file) \(name)")
        compared += 1
      }
    }
    #expect(compared > 130)
  }

  /// Made-up pictures of every kind, which lie in the project; `generate_images.py` beside them.
  @Test func decodesMadeUpPicturesAsTorchvision() throws {
    let expected = try Golden.tensors("images/images.safetensors")
    #expect(expected.names.count > 35)
    for name in expected.names {
      let parts = name.split(separator: "/").map(String.init)
      let mode = try #require(Self.modes.first { $0.name == parts[1] }?.mode)
      let image = try readImage(Golden.path("images/\(parts[0])"), mode: mode)
      let wanted = try expected.tensor(name)
      #expect(image.shape == wanted.shape && image.dtype == wanted.dtype, "\(name)")
      guard image.shape == wanted.shape else { continue }
      let difference = try image.to(.int32).sub(wanted.to(.int32)).abs().max().item(as: Int.self)
      #expect(difference <= (name.contains(".png") ? 0 : 2), "\(name)")
    }
  }

  /// What torchvision leaves unset is what Pillow reads.
  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func unpacksPalettes() throws {
    let expected = try TensorFile(Shared.path("\(folder)/data.safetensors"))
    for name in ["palette1", "palette2", "palette4", "palette4_interlaced"] {
      let path = Shared.path("\(folder)/images/\(name).png")
      let indices = try readImage(path)
      #expect(try indices.squeeze(0).equal(expected.tensor("pil/\(name).png")), "\(name)")
      let opaque = try readImage(path, mode: .rgbAlpha), rgb = try readImage(path, mode: .rgb)
      #expect(try opaque[0..<3].equal(rgb) && opaque[3].to(.int32).min().item() == 255, "\(name)")
    }
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func refusesDamagedFiles() throws {
    let cases = try #require(
      JSONValue(contentsOf: Shared.path("\(folder)/data.json"))["bad_images"]?.array)
    for item in cases {
      let path = Shared.path("\(folder)/\(try #require(item["file"]?.string))")
      expectRefusal("\(path)…", that: { ($0 as? VisionError)?.kind == .corrupt }) {
        try readImage(path)
      }
    }
  }

  private func picture(_ channels: Int) throws -> Tensor {
    try Tensor.arange(channels * 6 * 5).mul(255).floorDivide(channels * 30).to(.uint8)
      .reshape([channels, 6, 5])
  }

  @Test(arguments: [1, 2, 3, 4]) func pngIsExact(channels: Int) throws {
    let image = try picture(channels)
    #expect(try decodeImage(encodePNG(image, compressionLevel: channels)).equal(image))
    let turned = try image.permute(0, 2, 1)
    #expect(try decodeImage(encodePNG(turned)).equal(turned))
  }

  @Test(arguments: [1, 3]) func jpegIsClose(channels: Int) throws {
    let image = try Tensor.full([channels, 40, 30], 77, dtype: .uint8)
    let decoded = try decodeImage(encodeJPEG(image, quality: 95))
    #expect(decoded.shape == image.shape)
    #expect(try decoded.to(.int32).sub(77).abs().max().item() <= 2)
  }

  @Test func writesBySuffix() throws {
    try FileBytes.withTemporaryFolder { folder in
      let image = try picture(3)
      try writeImage(image, to: "\(folder)/a.PNG")
      #expect(try readImage("\(folder)/a.PNG").equal(image))
      try writeImage(image, to: "\(folder)/a.jpeg", quality: 90)
      #expect(try readImage("\(folder)/a.jpeg").shape == image.shape)
    }
  }

  /// Each cut and each flipped byte either decodes or is refused; none ends the process.
  @Test func survivesDamage() throws {
    let image = try picture(3)
    for bytes in [try encodePNG(image), try encodeJPEG(image)] {
      for end in bytes.indices { _ = try? decodeImage(Array(bytes[..<end])) }
      for at in bytes.indices {
        var changed = bytes
        changed[at] ^= 0x55
        _ = try? decodeImage(changed)
      }
    }
  }

  @Test func refuses() throws {
    let gray = try picture(1)
    expectRefusal("/nowhere/a.png: No such file or directory") { try readImage("/nowhere/a.png") }
    expectRefusal("/: is a folder, not a file") { try readImage("/") }
    expectRefusal("the file is empty") { try decodeImage([]) }
    expectRefusal("not an image; PNG, JPEG, BMP, GIF, PNM, WebP and TIFF files are read") {
      try decodeImage([1, 2, 3])
    }
    expectRefusal("a.gif: …must end in .png…") { try writeImage(gray, to: "a.gif") }
    expectRefusal("…between 0 and 9, but got 10") { try encodePNG(gray, compressionLevel: 10) }
    expectRefusal("encodeJPEG: …between 1 and 100, but got 0") { try encodeJPEG(gray, quality: 0) }
    expectRefusal("encodePNG: …should be uint8, but got float32…") { try encodePNG(gray.float()) }
    expectRefusal("…1 to 4 channels, but got shape [5, 6, 5]") { try encodePNG(picture(5)) }
    expectRefusal("encodeJPEG: …1 or 3, but got 2") { try encodeJPEG(picture(2)) }
    expectRefusal("encodePNG: …got shape [6, 5]") { try encodePNG(gray.squeeze(0)) }
    expectRefusal("…between 1 and…") { try encodePNG(Tensor.empty([1, 0, 5], dtype: .uint8)) }
    expectRefusal("encodeJPEG: …between 1 and 65500…") {
      try encodeJPEG(Tensor.empty([1, 1, 65501], dtype: .uint8))
    }
    expectRefusal("/nowhere…") { try writeImage(gray, to: "/nowhere/a.png") }
  }
}
