import Kindling
import KindlingVision

/// An entry point that accepts untrusted bytes.
struct FuzzReader: Sendable {
  let name: String
  /// The suffixes of files under `Tests/Golden` that are seeds of fuzzing.
  let seeds: [String]
  /// Reads `bytes`; a thrown error is a valid outcome, anything else a fault.
  let read: @Sendable (_ bytes: [UInt8]) throws -> Void

  /// All readers; add a reader as one more line.
  static let all: [FuzzReader] = [
    FuzzReader(name: "pickle", seeds: [".pt"]) { try checkpoint(PickleContainer.zip(around: $0)) },
    FuzzReader(name: "zip", seeds: [".pt", ".npz"]) { try checkpoint($0) },
    FuzzReader(name: "legacy", seeds: [".legacy.pt"]) { try checkpoint($0) },
    FuzzReader(name: "safetensors", seeds: [".safetensors"]) {
      try touch(Safetensors.load(FileSource.holding($0)).values)
    },
    FuzzReader(name: "npy", seeds: [".npy"]) { try touch([NumPy.load(bytes: $0)]) },
    FuzzReader(name: "npz", seeds: [".npz"]) {
      try touch(NumPy.loadz(FileSource.holding($0)).values)
    },
    FuzzReader(name: "idx", seeds: ["-ubyte", "-ubyte.gz"]) { bytes in
      try withFile(bytes) { try touch([IDX.read($0)]) }
    },
    FuzzReader(name: "csv", seeds: [".csv"]) { bytes in
      for header in [CSVHeader.firstRow, .none] {
        _ = try CSVTable(text: String(decoding: bytes, as: UTF8.self), header: header)
      }
    },
    FuzzReader(name: "resume", seeds: []) { try Resumption.read($0) },
    FuzzReader(
      name: "image", seeds: [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".webp", ".tif"]
    ) { bytes in
      for mode in [ImageReadMode.unchanged, .rgb] { try touch([decodeImage(bytes, mode: mode)]) }
    },
  ]

  /// Reads a checkpoint in every way: as a value, and as a model.
  private static func checkpoint(_ bytes: [UInt8]) throws {
    let file = try FileSource.holding(bytes)
    _ = try? loadModel(in: file)
    try touch(tensors(CheckpointReader(file, verify: false).value(on: .cpu)))
  }

  private static func tensors(_ value: CheckpointValue) -> [Tensor] {
    if let tensor = value.tensorValue { return [tensor] }
    // Values may share parts, so their expansion is unbounded; the number of visited values is
    // bounded.
    var found: [Tensor] = []
    var pending = [value]
    for _ in 0..<1000 {
      guard let next = pending.popLast() else { break }
      if let tensor = next.tensorValue { found.append(tensor) }
      pending += next.pairs?.map(\.value) ?? next.elements ?? []
    }
    return found
  }

  /// Reads every element, so that memory outside the file is detected.
  private static func touch(_ tensors: [Tensor]) throws {
    for tensor in tensors where tensor.numel <= 1 << 16 { _ = try tensor.toArray(as: Double.self) }
  }
}
