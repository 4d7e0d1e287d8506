import CKernels
import Synchronization

/// A random number generator, bit for bit PyTorch's CPU generator (PyTorch: `torch.Generator`).
///
/// The same seed gives the same numbers as PyTorch, with every instruction set and number of
/// threads. Several threads may share a generator: each operation draws its numbers atomically, in
/// the order of the operations.
public final class Generator: Sendable {
  private let engine: Mutex<MersenneTwister>

  /// The default seed.
  private static let defaultSeed: UInt64 = 67_280_421_310_721

  /// Creates a generator with PyTorch's default seed.
  public init() { engine = Mutex(MersenneTwister(seed: Self.defaultSeed)) }

  /// Creates a generator seeded with `seed` (PyTorch: `torch.Generator().manual_seed(seed)`).
  public convenience init(seed: some BinaryInteger) {
    self.init()
    manualSeed(seed)
  }

  /// The generator that operations use by default.
  ///
  /// It is the process's generator, which has a random seed until ``manualSeed(_:)`` is called, or
  /// the one set by ``withDefaultGenerator(_:_:)``.
  public static var `default`: Generator {
    guard let scoped = kk_state().pointee.generator else { return shared }
    return Unmanaged<Generator>.fromOpaque(scoped).takeUnretainedValue()
  }
  private static let shared = Generator(seed: UInt64.random(in: .min ... .max))

  /// Reseeds the generator; negative seeds wrap modulo 2⁶⁴ (PyTorch: `Generator.manual_seed`).
  @discardableResult
  public func manualSeed(_ seed: some BinaryInteger) -> Generator {
    engine.withLock { $0 = MersenneTwister(seed: UInt64(truncatingIfNeeded: seed)) }
    return self
  }

  /// Reseeds the generator with a random seed and returns it (PyTorch: `Generator.seed`).
  @discardableResult
  public func seed() -> UInt64 {
    let seed = UInt64.random(in: .min ... .max)
    manualSeed(seed)
    return seed
  }

  /// The last seed of the generator (PyTorch: `Generator.initial_seed`).
  public var initialSeed: UInt64 { engine.withLock { $0.seed } }

  /// The state of the generator, as PyTorch's 5056 bytes.
  public var stateBytes: [UInt8] { engine.withLock { $0.state } }

  /// Returns the state as PyTorch's uint8 tensor `[5056]` (PyTorch: `Generator.get_state`).
  public func getState() throws -> Tensor { Tensor(stateBytes) }

  /// Restores a state saved by ``getState()`` or by PyTorch (PyTorch: `Generator.set_state`).
  ///
  /// - Throws: ``TensorError`` `.dtype` or `.value` if `state` is not a generator state.
  public func setState(_ state: Tensor) throws {
    try require(
      state.dtype == .uint8, .dtype, "setState",
      "RNG state must be a uint8 tensor, but this one is \(state.dtype)")
    try setState(state.toArray(as: UInt8.self))
  }

  /// Restores a state saved from ``stateBytes``.
  public func setState(_ bytes: [UInt8]) throws {
    try require(
      bytes.count == MersenneTwister.stateSize, .value, "setState",
      "expected an RNG state of \(MersenneTwister.stateSize) bytes but found one of \(bytes.count)")
    let restored = try require(
      MersenneTwister(state: bytes), .value, "setState", "invalid mt19937 state")
    engine.withLock { $0 = restored }
  }

  /// Returns a new generator with the same state (PyTorch: `Generator.clone_state`).
  public func clone() -> Generator {
    let copy = Generator(), now = engine.withLock { $0 }
    copy.engine.withLock { $0 = now }
    return copy
  }

  /// Calls `body` with exclusive access to the engine.
  func withEngine<R: Sendable>(_ body: (inout MersenneTwister) throws -> R) rethrows -> R {
    try engine.withLock { try body(&$0) }
  }
}

/// Seeds the default generator (PyTorch: `torch.manual_seed`).
@discardableResult
public func manualSeed(_ seed: some BinaryInteger) -> Generator {
  Generator.default.manualSeed(seed)
}

/// Runs `body` and restores the state of the default generator (PyTorch: `torch.random.fork_rng`).
public func forkRNG<R>(_ body: () throws -> R) rethrows -> R {
  let generator = Generator.default, before = generator.clone()
  defer { generator.restore(before) }
  return try body()
}

/// Runs `body` with `generator` as the default generator of this thread.
///
/// Draws and calls of ``manualSeed(_:)`` in other threads do not affect it.
public func withDefaultGenerator<R>(_ generator: Generator, _ body: () throws -> R) rethrows -> R {
  let before = kk_state().pointee.generator
  kk_state().pointee.generator = Unmanaged.passUnretained(generator).toOpaque()
  defer { kk_state().pointee.generator = before }
  return try withExtendedLifetime(generator, body)
}

extension Generator {
  /// Copies the state of `other`.
  fileprivate func restore(_ other: Generator) {
    let position = other.engine.withLock { $0 }
    engine.withLock { $0 = position }
  }
}
