import KindlingPlatform

/// The statistics of the caching allocator of host memory.
public struct MemoryStatistics: Sendable, Hashable {
  /// The size in bytes of the blocks in use.
  public internal(set) var bytesInUse = 0
  /// The maximum of `bytesInUse` since the last ``MemoryPool/resetPeak()``.
  public internal(set) var peakBytesInUse = 0
  /// The size in bytes of the cached blocks.
  public internal(set) var bytesCached = 0
  /// The number of requested blocks.
  public internal(set) var requests = 0
  /// The number of requests served by a cached block.
  public internal(set) var reuses = 0
}

/// The caching allocator of all tensors on the CPU.
///
/// Freed blocks are cached by size class and reused. Small operations then need no system call, and
/// large ones do not fault in new pages.
public enum MemoryPool {
  /// The current statistics (PyTorch: `torch.cuda.memory_stats`).
  public static var statistics: MemoryStatistics { Allocator.shared.statistics }

  /// Returns all cached blocks to the system (PyTorch: `torch.cuda.empty_cache`).
  public static func emptyCache() { Allocator.shared.emptyCache() }

  /// Resets ``MemoryStatistics/peakBytesInUse`` to the bytes in use.
  public static func resetPeak() { Allocator.shared.resetPeak() }

  /// The maximum size of cached blocks in bytes; blocks beyond it are returned to the system at
  /// once.
  public static var cacheLimit: Int {
    get { Allocator.shared.cacheLimit }
    set { Allocator.shared.cacheLimit = newValue }
  }

  /// The maximum number of bytes that tensors may use together.
  ///
  /// By default, this is the memory that the system has for the process, within the limits of its
  /// control groups and address space. The value follows the system until it is set. Cached blocks
  /// are released before it is reached. An allocation that would exceed it throws an error instead
  /// of ending the process.
  public static var limit: Int {
    get { Allocator.shared.limit }
    set { Allocator.shared.limit = newValue }
  }
}

/// The size classes: multiples of 64 bytes up to 512, then eight steps per doubling.
///
/// At most an eighth of a block is unused, and every block is aligned to 64 bytes.
enum SizeClass {
  static let count = 8 + (46 - 9) * 8

  /// Returns the class of blocks of at least `bytes`, or nil if that is more than any machine has.
  @inline(__always)
  static func index(_ bytes: Int) -> Int? {
    if bytes <= 512 { return bytes <= 64 ? 0 : (bytes - 1) >> 6 }
    if bytes > 1 << 46 { return nil }
    let power = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    return 8 + (power - 9) * 8 + ((bytes - 1) >> (power - 3)) & 7
  }

  /// Returns the size in bytes of a block of class `index`.
  @inline(__always)
  static func byteCount(_ index: Int) -> Int {
    if index < 8 { return (index + 1) << 6 }
    let power = 9 + (index - 8) >> 3
    return (9 + (index - 8) & 7) << (power - 3)
  }
}

/// A caching allocator of host memory.
///
/// It is thread-safe. A freed block is a link in the list of its class.
final class Allocator: Sendable {
  static let shared = Allocator()

  /// The block size from which memory is mapped from the system, in huge pages if available.
  private static let mapped = 1 << 20

  private struct State {
    /// The first cached block of each class; a block begins with the address of the next.
    var heads: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    var statistics = MemoryStatistics()
    var cacheLimit: Int
    var limit: Int
    /// Whether `limit` follows the system.
    var isFollowing = true
    /// The bytes taken from the system since the available memory was last read.
    var taken = 0
  }
  /// The bytes to take from the system before the available memory is read again.
  private static let mostTaken = 64 << 20
  private let state: SpinLock<State>

  private init() {
    let heads = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: SizeClass.count)
    heads.initialize(repeating: nil, count: SizeClass.count)
    let system = SystemMemory()
    state = SpinLock(
      State(heads: heads, cacheLimit: system.total() / 4, limit: system.available()))
  }

  var statistics: MemoryStatistics { state.withLock { $0.statistics } }
  func resetPeak() {
    state.withLock { $0.statistics.peakBytesInUse = $0.statistics.bytesInUse }
  }
  var limit: Int {
    get { state.withLock { $0.limit } }
    set { state.withLock { ($0.limit, $0.isFollowing) = (newValue, false) } }
  }
  var cacheLimit: Int {
    get { state.withLock { $0.cacheLimit } }
    set {
      state.withLock { $0.cacheLimit = newValue }
      trim(to: newValue)
    }
  }

  /// Returns a block of at least `byteCount` bytes, aligned to 64, or nil if there is not enough
  /// memory.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard let index = SizeClass.index(byteCount) else { return nil }
    let size = SizeClass.byteCount(index)
    enum Answer { case block(UnsafeMutableRawPointer), system(keep: Int), unsure, refused }
    func answer(isSure: Bool) -> Answer {
      state.withLock { state in
        let fits = size <= state.limit - state.statistics.bytesInUse
        if !isSure, state.isFollowing,
          !fits || state.heads[index] == nil && state.taken + size > Allocator.mostTaken
        {
          return .unsure
        }
        guard fits else { return .refused }
        return take(&state)
      }
    }
    func take(_ state: inout State) -> Answer {
      state.statistics.requests &+= 1
      state.statistics.bytesInUse += size
      if state.statistics.bytesInUse > state.statistics.peakBytesInUse {
        state.statistics.peakBytesInUse = state.statistics.bytesInUse
      }
      guard let block = state.heads[index] else {
        state.taken += size
        return .system(keep: state.limit - state.statistics.bytesInUse)
      }
      state.heads[index] = block.load(as: UnsafeMutableRawPointer?.self)
      state.statistics.bytesCached -= size
      state.statistics.reuses &+= 1
      return .block(block)
    }
    var found = answer(isSure: false)
    if case .unsure = found {
      followSystem()
      found = answer(isSure: true)
    }
    switch found {
    case .block(let block): return block
    case .refused, .unsure: return nil
    // Cached blocks count towards the limit, otherwise both together could exceed the machine.
    case .system(let keep): trim(to: keep)
    }
    if let fresh = Allocator.fromSystem(size) { return fresh }
    // Cached blocks of other classes may be the missing memory.
    emptyCache()
    if let fresh = Allocator.fromSystem(size) { return fresh }
    state.withLock { $0.statistics.bytesInUse -= size }
    return nil
  }

  /// Sets the limit to the memory in use plus the memory that is available.
  ///
  /// The system counts unwritten blocks as free, so the sum may not exceed the total memory.
  private func followSystem() {
    let (available, total) = (SystemMemory().available(), SystemMemory().total())
    state.withLock { state in
      guard state.isFollowing else { return }
      let held = state.statistics.bytesInUse + state.statistics.bytesCached
      state.limit = min(total, held + available)
      state.taken = 0
    }
  }

  /// Frees a block from `allocate(byteCount)`.
  func free(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
    guard let index = SizeClass.index(byteCount) else { return }
    let size = SizeClass.byteCount(index)
    let kept = state.withLock { state -> Bool in
      state.statistics.bytesInUse -= size
      guard state.statistics.bytesCached + size <= state.cacheLimit else { return false }
      block.storeBytes(of: state.heads[index], as: UnsafeMutableRawPointer?.self)
      state.heads[index] = block
      state.statistics.bytesCached += size
      return true
    }
    if !kept { Allocator.toSystem(block, size) }
  }

  /// Returns whether the system can provide `byteCount` bytes now, after releasing cached blocks.
  func systemHas(_ byteCount: Int) -> Bool {
    func tried() -> Bool {
      guard byteCount < Allocator.mostTaken || byteCount <= SystemMemory().available() else {
        return false
      }
      guard let block = Allocator.fromSystem(byteCount) else { return false }
      Allocator.toSystem(block, byteCount)
      return true
    }
    if tried() { return true }
    emptyCache()
    return tried()
  }

  func emptyCache() { trim(to: 0) }

  /// Releases cached blocks, the largest first, until at most `bytes` are cached.
  private func trim(to bytes: Int) {
    guard state.withLock({ $0.statistics.bytesCached > bytes }) else { return }
    for index in (0..<SizeClass.count).reversed() {
      let size = SizeClass.byteCount(index)
      while let block = state.withLock({ state -> UnsafeMutableRawPointer? in
        guard state.statistics.bytesCached > bytes, let block = state.heads[index] else {
          return nil
        }
        state.heads[index] = block.load(as: UnsafeMutableRawPointer?.self)
        state.statistics.bytesCached -= size
        return block
      }) {
        Allocator.toSystem(block, size)
      }
    }
  }

  // MARK: The system

  private static func fromSystem(_ size: Int) -> UnsafeMutableRawPointer? {
    if size < mapped {
      var address: UnsafeMutableRawPointer?
      return posix_memalign(&address, 64, size) == 0 ? address : nil
    }
    let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    #if os(Linux)
      // Only advice: it reduces page faults if the kernel follows it.
      if size >= 4 << 20 { madvise(address, size, 14 /* MADV_HUGEPAGE */) }
    #endif
    return address
  }

  private static func toSystem(_ block: UnsafeMutableRawPointer, _ size: Int) {
    if size < mapped {
      SystemCall.free(block)
    } else {
      munmap(block, size)
    }
  }

  #if os(Linux)
    private static let anonymous: Int32 = 0x20
  #else
    private static let anonymous = MAP_ANON
  #endif
}
