import Kindling

/// A loop that saves a checkpoint with consistent parts.
enum SaveLoop {
  /// Saves several tensors, all of which hold the number of the iteration.
  static func run(_ path: String) throws {
    for time in 0... {
      let tensors = try (0..<4).map {
        try Tensor.full([1 << 15], Double(time)).to(.float32) + Double($0)
      }
      try save(
        [
          "time": .int(time),
          "model": .init(StateDict(tensors.enumerated().map { ("w\($0.offset)", $0.element) })),
        ], to: path)
      if time == 0 { print("saved") }
    }
  }
}
