import CZlib
import KindlingPlatform
import KindlingVision
import _TestSupport

/// A data set in MNIST's form, small enough to be made by a test: three training images and two
/// test images of 28 by 28, image `i` filled with `10 · i`, label `i`.
enum TinyImages: MNISTVariant {
  static let name = "Tiny"
  static let classes = ["zero", "one", "two"]
  static let mirrors: [String] = []
  static let contents: [String: [UInt8]] = [
    "train-images-idx3-ubyte.gz": gzip(images(3)), "train-labels-idx1-ubyte.gz": gzip(labels(3)),
    "t10k-images-idx3-ubyte.gz": gzip(images(2)), "t10k-labels-idx1-ubyte.gz": gzip(labels(2)),
  ]
  static let files = MNISTFiles(
    trainImages: sum("train-images-idx3-ubyte.gz"), trainLabels: sum("train-labels-idx1-ubyte.gz"),
    testImages: sum("t10k-images-idx3-ubyte.gz"), testLabels: sum("t10k-labels-idx1-ubyte.gz"))

  static func images(_ count: UInt8) -> [UInt8] {
    [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28]
      + (0..<count).flatMap { [UInt8](repeating: 10 * $0, count: 784) }
  }

  static func labels(_ count: UInt8) -> [UInt8] { [0, 0, 8, 1, 0, 0, 0, count] + Array(0..<count) }

  private static func sum(_ file: String) -> String { md5(contents[file] ?? []) }

  /// Writes the four files, unpacked, where a data set below `root` looks for them.
  static func write(to root: String, changing changes: [String: [UInt8]] = [:]) throws {
    let plain = [
      "train-images-idx3-ubyte": images(3), "train-labels-idx1-ubyte": labels(3),
      "t10k-images-idx3-ubyte": images(2), "t10k-labels-idx1-ubyte": labels(2),
    ].merging(changes) { $1 }
    try makeFolders(["\(root)/Tiny", "\(root)/Tiny/raw"])
    for (name, bytes) in plain { try FileBytes.write(bytes, to: "\(root)/Tiny/raw/\(name)") }
  }
}

typealias Tiny<Target> = MNISTDataset<TinyImages, Target>

func makeFolders(_ paths: [String]) throws {
  for path in paths where mkdir(path, 0o755) != 0 && errno != EEXIST {
    throw ServerError(code: errno)
  }
}

/// Sums of bytes, as publishers give them.
func md5(_ bytes: [UInt8]) -> String { (try? FileDigest.md5("").sum(of: bytes)) ?? "no sum" }
func sha256(_ bytes: [UInt8]) -> String { (try? FileDigest.sha256("").sum(of: bytes)) ?? "no sum" }

/// `bytes` as a gzip file.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  return [UInt8](unsafeUninitializedCapacity: bytes.count + 128) { output, count in
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      deflate(&stream, Z_FINISH)
    }
    count = output.count - Int(stream.avail_out)
  }
}
