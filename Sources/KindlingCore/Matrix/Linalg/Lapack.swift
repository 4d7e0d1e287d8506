import KindlingPlatform

/// The LAPACK library, loaded at the first decomposition.
///
/// Loading at run time keeps it out of the build and the binary. Programs that only need matrix
/// products do not need it. Any library with Fortran's interface works: the reference
/// implementation, OpenBLAS, Accelerate.
struct Lapack: Sendable {
  private let library: SystemLibrary

  /// The library, or the error that explains why it is missing.
  private static let shared: Result<Lapack, TensorError> = Result { () throws(TensorError) in
    #if canImport(Darwin)
      let names = ["/System/Library/Frameworks/Accelerate.framework/Accelerate"]
    #else
      let names = ["liblapack.so.3", "libopenblas.so.0", "liblapack.so", "libopenblas.so"]
    #endif
    let library = try require(
      SystemLibrary(names), .unsupported, "",
      "linear algebra needs LAPACK, which this machine lacks: apt-get install liblapack3")
    return Lapack(library: library)
  }

  /// Returns the routine `name` (without its type letter) for elements of `dtype`, on behalf of
  /// `operation`.
  static func routine(_ name: String, _ dtype: DType, for operation: String) throws -> Routine {
    let library: Lapack
    do { library = try shared.get() } catch {
      throw TensorError(.unsupported, operation, error.message)
    }
    let symbol = (dtype == .float32 ? "s" : "d") + name + "_"
    let entry = try require(
      library.library.function(symbol, as: Routine.Entry.self), .unsupported, operation,
      "the LAPACK on this machine has no \(symbol); install liblapack3")
    return Routine(entry: entry, dtype: dtype, name: operation)
  }

  /// An argument of a routine; Fortran takes all of them by address.
  enum Argument {
    case text(Unicode.Scalar)
    case int(Int)
    /// A number of the routine's type.
    case number(Double)
    /// An array, or a number that the routine writes.
    case at(UnsafeMutableRawPointer)
    /// A workspace of the size that the routine requests, and that size.
    case work, workCount
    /// A workspace of this many integers.
    case integers(Int)
  }

  /// A routine for one element type.
  struct Routine {
    typealias P = UnsafeMutableRawPointer?
    /// A type with more parameters than any routine; the additional ones are ignored.
    typealias Entry = @convention(c) (P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P) -> Void
    fileprivate let entry: Entry
    fileprivate let dtype: DType
    /// The calling operation, for error messages.
    fileprivate let name: String

    /// Calls the routine and returns its `info`, the last argument unless `hasInfo` is false.
    ///
    /// Throws if there is not enough memory for the workspace.
    @discardableResult
    func callAsFunction(_ arguments: Argument..., hasInfo: Bool = true) throws -> Int {
      var number = 0.0
      var count = 0
      let asks = arguments.contains { if case .work = $0 { true } else { false } }
      if asks {
        // With a size of −1, a routine only returns the workspace size that it needs.
        _ = withUnsafeMutableBytes(of: &number) {
          call(arguments, $0.baseAddress, -1, hasInfo)
        }
        count = withUnsafeBytes(of: &number) {
          dtype == .float32
            ? Int($0.load(as: Float.self).rounded(.up)) : Int($0.load(as: Double.self))
        }
      }
      let work = try HostBuffer(repeating: 0.0, count: max(count, 1) + 1, name)
      return work.withElements { call(arguments, $0.baseAddress, count, hasInfo) }
    }

    private func call(
      _ arguments: [Argument], _ work: UnsafeMutableRawPointer?, _ count: Int, _ hasInfo: Bool
    ) -> Int {
      var integers: [Int32] = []
      for case .integers(let n) in arguments { integers = [Int32](repeating: 0, count: max(n, 1)) }
      var slots = [UInt64](repeating: 0, count: arguments.count + 1)
      integers.withUnsafeMutableBytes { integers in
        slots.withUnsafeMutableBytes { slots in
          guard let base = slots.baseAddress else { return }
          var all: [P] = []
          var texts = 0
          for (i, argument) in arguments.enumerated() {
            let slot = base + i * 8
            switch argument {
            case .text(let letter):
              slot.storeBytes(of: UInt8(truncatingIfNeeded: letter.value), as: UInt8.self)
              texts += 1
            case .int(let n): slot.storeBytes(of: Int32(truncatingIfNeeded: n), as: Int32.self)
            case .workCount: slot.storeBytes(of: Int32(truncatingIfNeeded: count), as: Int32.self)
            case .number(let x) where dtype == .float32:
              slot.storeBytes(of: Float(x), as: Float.self)
            case .number(let x): slot.storeBytes(of: x, as: Double.self)
            case .at(let address):
              all.append(address)
              continue
            case .work:
              all.append(work)
              continue
            case .integers:
              all.append(integers.baseAddress)
              continue
            }
            all.append(slot)
          }
          if hasInfo { all.append(base + arguments.count * 8) }
          // After its arguments, Fortran gets the length of each string, by value.
          for _ in 0..<texts { all.append(UnsafeMutableRawPointer(bitPattern: 1)) }
          while all.count < 16 { all.append(nil) }
          entry(
            all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8], all[9], all[10],
            all[11], all[12], all[13], all[14], all[15])
        }
      }
      return Int(Int32(truncatingIfNeeded: slots[arguments.count]))
    }
  }
}
