import CKernels

extension Pointwise {
  /// An expression as a list of steps over small pieces of memory.
  ///
  /// The slots are first the inputs, then the outputs, the numbers, and the intermediate results,
  /// which share slots where one is no longer needed.
  package struct Program: Sendable {
    package struct Step: Sendable {
      package let operation: Operation
      /// The slots of the operands; the first one stands for those that the operation lacks.
      package let inputs: (Int, Int, Int)
      package var output: Int
      /// The parameters of the loop.
      package let factors: (Factor, Factor, Factor)

      fileprivate init(
        _ operation: Operation, _ inputs: [Int], to output: Int = 0,
        factors: (Factor, Factor, Factor) = (.constant(1), .constant(1), .constant(0))
      ) {
        self.operation = operation
        let first = inputs.first ?? 0
        self.inputs = (
          first, inputs.count > 1 ? inputs[1] : first, inputs.count > 2 ? inputs[2] : first
        )
        self.output = output
        self.factors = factors
      }

      /// Whether the result is bool.
      package var isCondition: Bool {
        if case .binary(let op) = operation { op.isCondition } else { false }
      }
    }
    /// A number that is an operand of steps.
    package struct Number: Hashable, Sendable {
      package let factor: Factor
      /// Whether it is rounded to a 16-bit dtype like a tensor; factors and divisors are not.
      package let isRounded: Bool
    }
    package let inputs: Int
    package let outputs: Int
    package private(set) var numbers: [Number] = []
    package private(set) var temporaries = 0
    package private(set) var steps: [Step] = []

    package var firstOutput: Int { inputs }
    package var firstNumber: Int { inputs + outputs }
    package var firstTemporary: Int { firstNumber + numbers.count }
    package var slots: Int { firstTemporary + temporaries }

    /// Orders the steps of `expression`.
    ///
    /// `replacing` lists the input whose memory each output overwrites, if any: the output is
    /// then written after the last step that reads that input.
    init(_ expression: Expression, replacing: [Int?] = []) {
      inputs = expression.inputs
      outputs = expression.outputs.count
      let entries = expression.entries, places = expression.outputs
      let isNeeded = expression.needed()
      func isStep(_ place: Int) -> Bool {
        switch entries[place].operation {
        case .input, .number: false
        default: isNeeded[place]
        }
      }
      var slots = [Int](repeating: 0, count: entries.count), known: [Number: Int] = [:]
      /// The slot of an operand of `operation`.
      func slot(_ operand: Int, in operation: Operation) -> Int {
        guard case .number(let factor) = entries[operand].operation else { return slots[operand] }
        return known[Number(factor: factor, isRounded: operation.roundsNumbers)] ?? 0
      }
      for (place, entry) in entries.enumerated() where isNeeded[place] {
        if case .input(let i) = entry.operation { slots[place] = i }
        for operand in entry.operands {
          guard case .number(let factor) = entries[operand].operation else { continue }
          enter(Number(factor: factor, isRounded: entry.operation.roundsNumbers), in: &known)
        }
      }
      for place in places {
        guard case .number(let factor) = entries[place].operation else { continue }
        slots[place] = enter(Number(factor: factor, isRounded: true), in: &known)
      }
      var lastUse = [Int](repeating: -1, count: entries.count)
      for place in entries.indices where isStep(place) {
        for operand in entries[place].operands { lastUse[operand] = place }
      }
      // Results that nothing reads before their slots are free to be written.
      let input = Dictionary(
        entries.indices.compactMap { place in
          if case .input(let i) = entries[place].operation { (i, place) } else { nil }
        }, uniquingKeysWith: { first, _ in first })
      var direct: [Int: Int] = [:]
      for (k, place) in places.enumerated() where isStep(place) && direct[place] == nil {
        let replaced = k < replacing.count ? replacing[k].flatMap { input[$0] } : nil
        let isReadLater = replaced.map { lastUse[$0] > place || places.contains($0) } ?? false
        if !isReadLater { direct[place] = k }
      }
      // Inputs that are results too are copied before they are overwritten.
      for (k, place) in places.enumerated() where !isStep(place) {
        let isUnchanged = k < replacing.count && replacing[k] == slots[place]
        if isUnchanged || !replacing.contains(slots[place]) || slots[place] >= inputs { continue }
        let kept = newTemporary()
        steps.append(Step(.copy, [slots[place]], to: kept))
        slots[place] = kept
      }
      var free = (values: [Int](), conditions: [Int]())
      let results = Set(places)
      for (place, entry) in entries.enumerated() where isStep(place) {
        var step = Step(
          entry.operation, entry.operands.map { slot($0, in: entry.operation) },
          factors: (entry.factor, entry.second, entry.third))
        // The loops read an element before they write it, so an operand's slot can be the result's,
        // if their elements have one size.
        for operand in Set(entry.operands)
        where lastUse[operand] == place && isStep(operand) && !results.contains(operand) {
          if case .binary(let op) = entries[operand].operation, op.isCondition {
            free.conditions.append(slots[operand])
          } else {
            free.values.append(slots[operand])
          }
        }
        if let k = direct[place] {
          slots[place] = firstOutput + k
        } else if step.isCondition {
          slots[place] = free.conditions.popLast() ?? newTemporary()
        } else {
          slots[place] = free.values.popLast() ?? newTemporary()
        }
        step.output = slots[place]
        steps.append(step)
      }
      for (k, place) in places.enumerated() where slots[place] != firstOutput + k {
        steps.append(Step(.copy, [slots[place]], to: firstOutput + k))
      }
    }

    @discardableResult
    private mutating func enter(_ number: Number, in known: inout [Number: Int]) -> Int {
      if let slot = known[number] { return slot }
      numbers.append(number)
      known[number] = firstNumber + numbers.count - 1
      return firstNumber + numbers.count - 1
    }

    private mutating func newTemporary() -> Int {
      temporaries += 1
      return firstTemporary + temporaries - 1
    }
  }
}

extension Pointwise.Factor {
  /// The number, one of `arguments` unless it is constant.
  package func value(_ arguments: [Double]) -> Double {
    switch self {
    case .constant(let number): number
    case .argument(let i): arguments.indices.contains(i) ? arguments[i] : .nan
    }
  }
}

extension Pointwise.Operation {
  fileprivate var roundsNumbers: Bool {
    switch self {
    case .binary(.mul), .binary(.div), .ternary: false
    default: true
    }
  }
}
