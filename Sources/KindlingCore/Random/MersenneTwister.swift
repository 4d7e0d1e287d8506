import CKernels
import Numerics

/// The generator MT19937 with PyTorch's additional state: the seed and one spare normal value.
struct MersenneTwister: Sendable {
  /// The seed; only its low 32 bits enter the words.
  private(set) var seed: UInt64
  private var words: [UInt32]
  /// The next word to use, and the number of draws left in the block (one more than words).
  private var next = 0, left = 1
  /// The sine half of the last pair of normal values that were generated one by one.
  private var spareNormal: Double?

  static let wordCount = 624
  /// The size of a saved state in bytes.
  static let stateSize = 5056

  init(seed: UInt64) {
    self.seed = seed
    words = [UInt32](unsafeUninitializedCapacity: Self.wordCount) { buffer, count in
      var word = UInt32(truncatingIfNeeded: seed)
      for j in 0..<Self.wordCount {
        if j > 0 { word = 1_812_433_253 &* (word ^ word >> 30) &+ UInt32(j) }
        buffer.initializeElement(at: j, to: word)
      }
      count = Self.wordCount
    }
  }

  // MARK: Draws

  /// Writes the next `count` 32-bit draws to `out`.
  mutating func draw(_ count: Int, into out: UnsafeMutablePointer<UInt32>) {
    let loops = kk_random().pointee
    var done = 0
    words.withUnsafeMutableBufferPointer { words in
      guard let base = words.baseAddress else { return }
      while done < count {
        if left == 1 {
          loops.refill(base)
          left = Self.wordCount + 1
          next = 0
        }
        let run = min(count - done, left - 1)
        loops.temper(Int64(run), base + next, out + done)
        next += run
        left -= run
        done += run
      }
    }
  }

  mutating func next32() -> UInt32 {
    var result: UInt32 = 0
    withUnsafeMutablePointer(to: &result) { draw(1, into: $0) }
    return result
  }

  mutating func next64() -> UInt64 {
    let high = next32()
    return UInt64(high) << 32 | UInt64(next32())
  }

  /// Returns a uniform number in [0, 1) with 53 bits.
  mutating func uniform() -> Double { Double(next64() & (1 << 53 - 1)) * 0x1p-53 }

  /// Returns a standard normal number; the second one of each pair is kept for the next call.
  mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let first = uniform(), second = uniform()
    let radius = (-2 * Double.log(onePlus: -second)).squareRoot(), theta = 2 * Double.pi * first
    spareNormal = radius * Double.sin(theta)
    return radius * Double.cos(theta)
  }

  // MARK: State, in PyTorch's form
  // u64 seed, i32 left, i32 seeded, u64 next, 624 × u64 words, f64, f64 spare normal, f64,
  // i32 spare valid, 4 + 8 bytes unused; little-endian.

  var state: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.stateSize)
    func append<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(seed)
    append(Int32(left))
    append(Int32(1))
    append(UInt64(next))
    for word in words { append(UInt64(word)) }
    append(UInt64(0))
    append((spareNormal ?? 0).bitPattern)
    append(UInt64(0))
    append(Int32(spareNormal == nil ? 0 : 1))
    append(Int32(0))
    append(UInt64(0))
    return bytes
  }

  /// Restores the generator that wrote `state`; nil if the state is invalid.
  init?(state bytes: [UInt8]) {
    guard bytes.count == Self.stateSize else { return nil }
    func read<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
      T(
        littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
      )
    }
    let left = Int(read(8, as: Int32.self)), next = read(16, as: UInt64.self)
    let spare = Double(bitPattern: read(5024, as: UInt64.self))
    // A position past the end would read beyond the words.
    guard read(12, as: Int32.self) == 1, (1...Self.wordCount).contains(left),
      next <= UInt64(Self.wordCount - left + 1), spare.isFinite
    else { return nil }
    seed = read(0, as: UInt64.self)
    words = (0..<Self.wordCount).map {
      UInt32(truncatingIfNeeded: read(24 + 8 * $0, as: UInt64.self))
    }
    self.left = left
    self.next = Int(next)
    spareNormal = read(5040, as: Int32.self) == 0 ? nil : spare
  }
}
