import Kindling

/// A soak test that calls every operator with random arguments.
///
/// Every call must return or throw; results and gradients must stay inside their memory.
///
/// Call number `n` of a seed does not depend on earlier calls, so a call that ended the process can
/// be repeated alone.
package struct Soak: Sendable {
  /// The outcome of a call.
  package enum Outcome: Sendable {
    case returned
    case threw(String)
    /// The arguments have kinds that the operator does not accept.
    case unfit(String)
    /// The call broke a rule.
    case broke(String)
  }

  package let samples: OperatorSamples
  /// The operators to call, in turn.
  package let keys: [String]
  private let seed: UInt64
  private let isHuge: Bool

  /// Creates a soak of the operators whose names start with `pattern`, or of all.
  ///
  /// With `huge` it also uses views with more elements than any memory holds.
  package init(
    _ samples: OperatorSamples, seed: UInt64, only pattern: String? = nil, huge: Bool = false
  ) {
    self.samples = samples
    self.seed = seed
    isHuge = huge
    keys = samples.table.keys.filter { key in
      !samples.samples(of: key).isEmpty && pattern.map { key.hasPrefix($0) } ?? true
    }
  }

  /// Returns the operator of call number `index`.
  package func key(of index: Int) -> String { keys[index % keys.count] }

  /// Returns a description of call number `index`.
  package func describe(_ index: Int) -> String {
    guard let (arguments, _) = call(index) else { return "\(key(of: index)): no arguments" }
    let words =
      arguments.positional.map(\.summary)
      + arguments.keyword.map { "\($0.name): \($0.value.summary)" }
    return "\(key(of: index))(\(words.joined(separator: ", ")))"
  }

  /// Makes call number `index`.
  package func run(_ index: Int) -> Outcome {
    guard let (arguments, rest) = call(index), let row = samples.table.row(key(of: index)) else {
      return .unfit("no arguments could be made")
    }
    var random = rest
    do {
      // Each call also starts from its own random numbers.
      return try withDefaultGenerator(Generator(seed: 0)) {
        let outputs = try row.body(arguments.reader).outputs
        var tensors: [Tensor] = []
        for case .tensor(let t) in outputs {
          if let problem = try Soak.problem(t) { return .broke(problem) }
          tensors.append(t)
        }
        let leaves = arguments.tensors.filter { $0.requiresGrad && $0.isLeaf }
        let results = tensors.filter(\.requiresGrad)
        if !results.isEmpty, !leaves.isEmpty, random.oneIn(2) {
          return try differentiate(results, leaves, twice: random.oneIn(3))
        }
        return .returned
      }
    } catch let error as TensorError {
      return .threw("\(error)")
    } catch let error as UnsupportedError {
      return .unfit("\(error)")
    } catch {
      return .broke("threw no TensorError: \(error)")
    }
  }

  /// Returns the arguments of call number `index`, and the remaining random numbers.
  private func call(_ index: Int) -> (CallArguments, SeededNumbers)? {
    let key = key(of: index)
    let choices = samples.samples(of: key)
    var mutation = CallMutation(
      random: SeededNumbers(seed &+ UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_97F4_A7C1),
      isHuge: isHuge)
    for _ in 0..<8 {
      guard let original = try? mutation.random.pick(choices).arguments() else { continue }
      // Arguments themselves can be invalid, for example a view of a tensor that does not allow it.
      if let mutated = try? mutation.mutated(original) { return (mutated, mutation.random) }
    }
    return nil
  }

  /// Runs the backward pass with gradients of ones, and once more through the gradients.
  private func differentiate(_ results: [Tensor], _ leaves: [Tensor], twice: Bool) throws -> Outcome
  {
    // The time of a sum over an expanded tensor is proportional to its number of elements.
    guard results.allSatisfy({ $0.numel <= 1 << 16 }) else { return .returned }
    let first = try grad(
      of: results, withRespectTo: leaves, gradOutputs: results.map { try Tensor.ones(like: $0) },
      createGraph: twice, allowUnused: true)
    for (gradient, leaf) in zip(first, leaves) {
      guard let gradient else { continue }
      if gradient.shape != leaf.shape || gradient.dtype != leaf.dtype {
        return .broke(
          "the gradient of a \(leaf.dtype)\(leaf.shape) is \(gradient.dtype)\(gradient.shape)")
      }
      if let problem = try Soak.problem(gradient) { return .broke("gradient: \(problem)") }
    }
    let again = first.compactMap { $0 }.filter(\.requiresGrad)
    if twice, !again.isEmpty {
      _ = try grad(
        of: again, withRespectTo: leaves, gradOutputs: again.map { try Tensor.ones(like: $0) },
        allowUnused: true)
    }
    return .returned
  }

  /// Returns what is wrong with the tensor itself; `nil` if nothing is.
  ///
  /// It reads all elements, unless an expanded tensor has very many.
  private static func problem(_ t: Tensor) throws -> String? {
    guard t.shape.count == t.strides.count, !t.shape.contains(where: { $0 < 0 }) else {
      return "shape \(t.shape) with strides \(t.strides)"
    }
    let count = try Layout.checkedCount(t.shape, t.dtype, "soak")
    if count != t.numel { return "shape \(t.shape) with \(t.numel) elements" }
    if t.isContiguous != Layout.isContiguous(t.shape, t.strides) {
      return
        "shape \(t.shape) with strides \(t.strides) is said to be contiguous: \(t.isContiguous)"
    }
    guard count > 0 else { return nil }
    guard let extent = Layout.extent(t.shape, t.strides, offset: t.storageOffset),
      extent.lowerBound >= 0, extent.upperBound <= t.storage.byteCount / t.dtype.byteSize
    else {
      return
        "shape \(t.shape), strides \(t.strides), offset \(t.storageOffset) leave \(t.storage.byteCount) bytes of \(t.dtype)"
    }
    if count <= 1 << 16 { _ = try Elements(t) }
    return nil
  }
}
