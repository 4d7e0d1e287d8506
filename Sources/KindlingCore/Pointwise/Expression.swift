import CKernels

extension Pointwise {
  /// A finished expression of one or several results.
  struct Expression: Sendable {
    let inputs: Int
    /// The number of numbers given with each call.
    let numbers: Int
    let entries: [Entry]
    /// The places of the results.
    let outputs: [Int]
    /// Whether values of two expressions were mixed.
    let isMixed: Bool

    /// Creates the expression that `body` builds from its inputs and numbers.
    init(
      inputs: Int, numbers: Int, _ body: (_ inputs: [Value], _ numbers: [Value]) -> [Value]
    ) {
      let tape = Tape(), inputs = Self.count(inputs), numbers = Self.count(numbers)
      let results = body(
        (0..<inputs).map { Value(.input($0), of: tape) },
        (0..<numbers).map { Value(.number(.argument($0)), of: tape) })
      self.init(results, inputs: inputs, numbers: numbers, of: tape)
    }

    /// Limits a number of operands to a range that an expression can have; calls check the number of
    /// tensors.
    static func count(_ wanted: Int) -> Int { Swift.min(Swift.max(0, wanted), 1000) }

    private init(_ results: [Value], inputs: Int, numbers: Int, of tape: Tape) {
      outputs = results.map { $0.place(on: tape) }
      (self.inputs, self.numbers) = (inputs, numbers)
      entries = tape.entries
      isMixed = tape.isMixed
    }

    private init(
      inputs: Int, numbers: Int, entries: [Entry], outputs: [Int], isMixed: Bool
    ) {
      (self.inputs, self.numbers) = (inputs, numbers)
      (self.entries, self.outputs) = (entries, outputs)
      self.isMixed = isMixed
    }

    /// Returns the gradient of input `i` as an expression of the gradient of the only result, which is
    /// a new first input, and of the inputs; nil if it is zero.
    func gradient(by i: Int) -> Expression? {
      let tape = Tape()
      let gradient = Value(.input(0), of: tape)
      let others = (0..<inputs).map { Value(.input($0 + 1), of: tape) }
      var slopes = [Value?](repeating: nil, count: inputs)
      slopes[i] = gradient
      guard let slope = derived(at: others, slopes, on: tape).first?.slope else { return nil }
      tape.isMixed = tape.isMixed || isMixed
      return Expression([slope], inputs: inputs + 1, numbers: numbers, of: tape)
    }

    /// Returns the expression with other entries in the same places.
    func replacingEntries(by entries: [Entry]) -> Expression {
      Expression(
        inputs: inputs, numbers: numbers, entries: entries, outputs: outputs, isMixed: isMixed)
    }

    /// Returns for each entry whether a result depends on it.
    func needed() -> [Bool] {
      var isNeeded = [Bool](repeating: false, count: entries.count)
      for place in outputs { isNeeded[place] = true }
      for place in entries.indices.reversed() where isNeeded[place] {
        for operand in entries[place].operands { isNeeded[operand] = true }
      }
      return isNeeded
    }

    /// Returns the inputs that the results depend on, with input `kept`, and the expression of only
    /// these inputs.
    func ofUsedInputs(keeping kept: Int) -> (used: [Int], expression: Expression) {
      let isNeeded = needed()
      var used: Set = [kept]
      for (entry, isNeeded) in zip(entries, isNeeded) where isNeeded {
        if case .input(let i) = entry.operation { used.insert(i) }
      }
      let order = used.sorted()
      let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
      let own = entries.map { entry in
        guard case .input(let i) = entry.operation else { return entry }
        return Entry(operation: .input(places[i] ?? 0))
      }
      return (
        order,
        Expression(
          inputs: order.count, numbers: numbers, entries: own, outputs: outputs, isMixed: isMixed)
      )
    }
  }
}
