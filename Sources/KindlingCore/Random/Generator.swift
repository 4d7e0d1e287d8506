import CKernels
import Synchronization

/// A source of random numbers: PyTorch's CPU generator, bit for bit (PyTorch: `torch.Generator`).
///
/// The same seed gives the same numbers as in PyTorch, under every instruction set and number of
/// threads. A generator may be used from several threads: each operation draws without interruption,
/// in whatever order the operations come.
public final class Generator: Sendable {
  private let engine: Mutex<MersenneTwister>

  /// The seed of a generator that was given none.
  private static let defaultSeed: UInt64 = 67_280_421_310_721

  /// A generator with PyTorch's fixed default seed.
  public init() { engine = Mutex(MersenneTwister(seed: Self.defaultSeed)) }

  /// A generator seeded with `seed` (PyTorch: `torch.Generator().manual_seed(seed)`).
  public convenience init(seed: some BinaryInteger) {
    self.init()
    manualSeed(seed)
  }

  /// The generator of operations that are given none: the process's, which is seeded by chance until
  /// ``manualSeed(_:)``, or the one that ``withDefaultGenerator(_:_:)`` has put in its place.
  public static var `default`: Generator {
    guard let scoped = kk_state().pointee.generator else { return shared }
    return Unmanaged<Generator>.fromOpaque(scoped).takeUnretainedValue()
  }
  private static let shared = Generator(seed: UInt64.random(in: .min ... .max))

  /// Starts over from `seed`; negative seeds wrap modulo 2⁶⁴ (PyTorch: `Generator.manual_seed`).
  @discardableResult
  public func manualSeed(_ seed: some BinaryInteger) -> Generator {
    engine.withLock { $0 = MersenneTwister(seed: UInt64(truncatingIfNeeded: seed)) }
    return self
  }

  /// Starts over from a seed taken by chance, and returns it (PyTorch: `Generator.seed`).
  @discardableResult
  public func seed() -> UInt64 {
    let seed = UInt64.random(in: .min ... .max)
    manualSeed(seed)
    return seed
  }

  /// The seed the generator last started from (PyTorch: `Generator.initial_seed`).
  public var initialSeed: UInt64 { engine.withLock { $0.seed } }

  /// The position in the stream, as PyTorch's 5056 bytes.
  public var stateBytes: [UInt8] { engine.withLock { $0.state } }

  /// The position in the stream, as PyTorch's uint8 tensor `[5056]` (PyTorch: `Generator.get_state`).
  public func getState() throws -> Tensor { Tensor(stateBytes) }

  /// Continues from a position that ``getState()``, or PyTorch, has saved (PyTorch: `Generator.set_state`).
  ///
  /// - Throws: ``TensorError`` `.dtype` or `.value` where `state` is no generator's.
  public func setState(_ state: Tensor) throws {
    guard state.dtype == .uint8 else {
      throw TensorError(
        .dtype, "setState", "RNG state must be a uint8 tensor, but this one is \(state.dtype)")
    }
    try setState(state.toArray(as: UInt8.self))
  }

  /// Continues from the position that ``stateBytes`` gave.
  public func setState(_ bytes: [UInt8]) throws {
    guard bytes.count == MersenneTwister.stateSize else {
      throw TensorError(
        .value, "setState",
        "expected an RNG state of \(MersenneTwister.stateSize) bytes but found one of \(bytes.count)"
      )
    }
    guard let restored = MersenneTwister(state: bytes) else {
      throw TensorError(.value, "setState", "invalid mt19937 state")
    }
    engine.withLock { $0 = restored }
  }

  /// A new generator at the same position (PyTorch: `Generator.clone_state`).
  public func clone() -> Generator {
    let copy = Generator(), now = engine.withLock { $0 }
    copy.engine.withLock { $0 = now }
    return copy
  }

  /// Draws from the engine while no other thread does.
  func withEngine<R: Sendable>(_ body: (inout MersenneTwister) throws -> R) rethrows -> R {
    try engine.withLock { try body(&$0) }
  }
}

/// Seeds the default generator (PyTorch: `torch.manual_seed`).
@discardableResult
public func manualSeed(_ seed: some BinaryInteger) -> Generator {
  Generator.default.manualSeed(seed)
}

/// Runs `body` and puts the default generator back to where it stood (PyTorch: `torch.random.fork_rng`).
public func forkRNG<R>(_ body: () throws -> R) rethrows -> R {
  let generator = Generator.default, before = generator.clone()
  defer { generator.restore(before) }
  return try body()
}

/// Runs `body` with `generator` as the default one of this thread.
///
/// What other threads draw, or seed with ``manualSeed(_:)``, then leaves this one's numbers alone.
public func withDefaultGenerator<R>(_ generator: Generator, _ body: () throws -> R) rethrows -> R {
  let before = kk_state().pointee.generator
  kk_state().pointee.generator = Unmanaged.passUnretained(generator).toOpaque()
  defer { kk_state().pointee.generator = before }
  return try withExtendedLifetime(generator, body)
}

extension Generator {
  /// Takes over the position of `other`.
  fileprivate func restore(_ other: Generator) {
    let position = other.engine.withLock { $0 }
    engine.withLock { $0 = position }
  }
}
