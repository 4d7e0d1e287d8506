import Synchronization

extension Pointwise {
  /// The gradients of a function, derived when they are first asked for.
  final class Gradients: Sendable {
    /// A function of the result's gradient and of some inputs.
    struct Gradient: Sendable {
      let function: Pointwise
      /// The inputs that it takes.
      let inputs: [Int]
    }
    private let expression: Expression
    private let given: Expression?
    private let node: String
    private let known = Mutex<[Int: Gradient?]>([:])

    init(_ expression: Expression, given: Expression?, of node: String) {
      (self.expression, self.given, self.node) = (expression, given, node)
    }

    /// Returns the gradient of input `i`; nil if it is zero.
    func by(_ i: Int) -> Gradient? {
      known.withLock { known in
        if let found = known[i] { return found }
        let gradient = made(i)
        known.updateValue(gradient, forKey: i)
        return gradient
      }
    }

    private func made(_ i: Int) -> Gradient? {
      guard let whole = given ?? expression.gradient(by: i) else { return nil }
      let (used, own) = whole.ofUsedInputs(keeping: 0)
      // PyTorch's name of the node of a backward operation.
      let name = node.dropLast() + "Backward0"
      return Gradient(
        function: Pointwise(
          String(name), node: String(name), Rules(floatKernel: nil), own, gradient: nil),
        inputs: used.dropFirst().map { $0 - 1 })
    }
  }
}
