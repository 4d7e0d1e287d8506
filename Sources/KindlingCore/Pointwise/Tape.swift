package import CKernels

extension Pointwise {
  /// The operations of an expression in the order in which they were written.
  ///
  /// A list instead of a tree: no length of an expression overflows the stack. An operation that is
  /// already there is not entered again.
  final class Tape {
    private(set) var entries: [Entry] = []
    private var known: [Entry: Int] = [:]
    /// Whether values of another expression were used in this one.
    var isMixed = false

    func append(_ entry: Entry) -> Int {
      if let place = known[entry] { return place }
      entries.append(entry)
      known[entry] = entries.count - 1
      return entries.count - 1
    }
  }

  /// One operation of an expression; operands are places of earlier ones.
  struct Entry: Hashable, Sendable {
    var operation: Operation
    var operands: [Int] = []
    /// The factor of sums and products of three, a number.
    var factor = Factor.constant(1)
    /// Further numbers of fused steps.
    var second = Factor.constant(1)
    var third = Factor.constant(0)
  }

  package enum Operation: Hashable, Sendable {
    case input(Int)
    case number(Factor)
    case unary(UnaryOp)
    case binary(BinaryOp)
    case ternary(TernaryOp)
    case select
    /// A value as it is; only in programs.
    case copy
  }

  /// A number that is the same for all elements: known when the expression is written, or an
  /// argument of each call.
  package enum Factor: Hashable, Sendable {
    case constant(Double)
    case argument(Int)

    /// Compares constants by their bits: NaN is equal to itself, and 0 differs from −0.
    package static func == (a: Self, b: Self) -> Bool {
      switch (a, b) {
      case (.constant(let a), .constant(let b)): a.bitPattern == b.bitPattern
      case (.argument(let a), .argument(let b)): a == b
      default: false
      }
    }

    package func hash(into hasher: inout Hasher) {
      switch self {
      case .constant(let number): hasher.combine(number.bitPattern)
      case .argument(let i): hasher.combine(i)
      }
    }
  }
}
