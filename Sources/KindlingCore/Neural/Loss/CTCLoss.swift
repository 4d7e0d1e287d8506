import KindlingPlatform

extension Tensor {
  /// Computes the connectionist temporal classification loss of these log-probabilities.
  package func ctcLoss(
    _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor, blank: Int,
    _ kind: LossReduction, zeroInfinity: Bool
  ) throws -> Tensor {
    let batched = ndim == 3
    let plan = try CTCPlan(
      batched || ndim != 2 ? self : unsqueeze(1), targets, inputLengths, targetLengths, blank)
    let x = batched ? self : try unsqueeze(1)
    let (losses, slopes) = try plan.run(x, zeroInfinity)
    let (type, device) = (dtype, device)
    let slope = try slopes.tensor(shape: x.shape).to(type).to(device)
    let y = try Tensor(losses, dtype: type).to(device).recorded(
      "CtcLossBackward0",
      Input(x, saving: slope) { g, s in
        try require(
          !isGradEnabled || !g.requiresGrad, .autograd, "ctc_loss",
          "the derivative for '_ctc_loss_backward' is not implemented")
        // A slope of 0 stays 0 even if the incoming gradient is infinite.
        return try Tensor.where(s[0].eq(0), 0, s[0].mul(g.view(1, -1, 1)))
      })
    switch kind {
    case .sum: return try y.sum()
    case .none: return batched ? y : try y.squeeze(0)
    case .mean:
      let lengths = try Tensor(plan.targets.map { Double(Swift.max(1, $0.count)) }, dtype: type)
      return try y.div(lengths.to(device)).mean()
    }
  }
}

/// The checked arguments of a CTC loss; computed in float64 on the host.
private struct CTCPlan {
  let steps: Int
  let classes: Int
  let blank: Int
  let inputLengths: [Int]
  /// The labels of each sample.
  let targets: [[Int]]

  init(
    _ x: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor, _ blank: Int
  ) throws {
    let name = "ctc_loss"
    try require(
      x.ndim == 3, .shape, name,
      "expected log_probs of shape [T, N, C] or [T, C], but got \(got: x.shape)")
    try require(
      x.dtype == .float32 || x.dtype == .float64, .dtype, name,
      "\"ctc_loss_cpu\" not implemented for '\(x.dtype.scalarName)'")
    for tensor in [targets, inputLengths, targetLengths] where !tensor.dtype.isInteger {
      throw TensorError(
        .dtype, name,
        "targets and lengths must be integral, but got \(got: tensor.dtype.scalarName)")
    }
    (steps, classes, self.blank) = (x.shape[0], x.shape[2], blank)
    let samples = x.shape[1]
    try require(
      blank >= 0 && blank < classes, .value, name,
      "blank must be in label range, 0 to \(expected: classes - 1), but got \(got: blank)")
    let lengths = try targetLengths.to(.int64).toArray(as: Int.self)
    self.inputLengths = try inputLengths.to(.int64).toArray(as: Int.self)
    try require(
      self.inputLengths.count == samples && lengths.count == samples, .shape, name,
      "input_lengths and target_lengths must be of size batch_size (\(samples)), but have \(self.inputLengths.count) and \(lengths.count)"
    )
    for (label, lengths) in [("input_lengths", self.inputLengths), ("target_lengths", lengths)] {
      guard let length = lengths.first(where: { $0 < 0 }) else { continue }
      throw TensorError(
        .value, name, "Expected \(label) to have value at least 0, but got value \(got: length)")
    }
    for length in self.inputLengths where length > steps {
      throw TensorError(
        .value, name,
        "Expected input_lengths to have value at most \(expected: steps), but got value \(got: length)"
      )
    }
    let labels = try targets.to(.int64).toArray(as: Int.self)
    var start = 0
    self.targets = try lengths.enumerated().map { sample, length in
      let width = targets.ndim == 2 ? targets.shape[1] : labels.count - start
      guard length >= 0, length <= width, targets.ndim != 2 || targets.shape[0] == samples else {
        throw TensorError(
          .shape, name,
          "Expected tensor to have size \(expected: samples) at dimension 0 and at least \(expected: length) at dimension 1, but got \(got: targets.shape) for argument #2 'targets'"
        )
      }
      let from = targets.ndim == 2 ? sample * width : start
      start += length
      return try labels[from..<from + length].map { label in
        try require(
          label >= 0 && label < x.shape[2], .index, name,
          "target label \(label) is out of range for \(x.shape[2]) classes")
        return label
      }
    }
    try require(
      targets.ndim == 2 || start == labels.count, .shape, name,
      "Expected tensor to have size \(expected: start) at dimension 0, but got size \(got: labels.count) for argument #2 'targets'"
    )
  }

  /// Returns each sample's loss, and its derivative by each log-probability, `[T, N, C]`.
  ///
  /// Like PyTorch's, the derivatives assume that the log-probabilities are the output of a
  /// log-softmax.
  func run(_ x: Tensor, _ zeroInfinity: Bool) throws -> (
    losses: [Double], slopes: HostBuffer<Double>
  ) {
    let values = try x.hostElements(as: Double.self, "ctc_loss"), samples = targets.count
    var losses: [Double] = []
    let slopes = try HostBuffer(repeating: 0.0, count: values.count, "ctc_loss")
    for sample in 0..<samples {
      let length = inputLengths[sample]
      // The labels with blanks between and around them.
      let states = targets[sample].flatMap { [blank, $0] } + [blank]
      func probability(_ t: Int, _ state: Int) -> Double {
        values[(t * samples + sample) * classes + states[state]]
      }
      let forward = try alphas(states, length, probability)
      let backward = try alphas(states.reversed(), length) { t, state in
        probability(length - 1 - t, states.count - 1 - state)
      }
      var likelihood = targets[sample].isEmpty ? 0 : -Double.infinity
      if length > 0 {
        let end = length * states.count
        likelihood = sum(forward[end - 1], states.count > 1 ? forward[end - 2] : -.infinity)
      }
      let isInfinite = likelihood == -.infinity
      losses.append(isInfinite && zeroInfinity ? 0 : 0 - likelihood)
      if isInfinite && zeroInfinity { continue }
      for t in 0..<length {
        var perClass = [Double](repeating: -.infinity, count: classes)
        for state in states.indices {
          let place = t * states.count + state
          let path = forward[place] + backward[length * states.count - 1 - place]
          perClass[states[state]] = sum(perClass[states[state]], path)
        }
        for c in 0..<classes {
          let at = (t * samples + sample) * classes + c, lp = values[at]
          slopes[at] = exp(lp) - exp(perClass[c] - likelihood - lp)
        }
      }
    }
    return (losses, slopes)
  }

  /// Returns the log-probabilities of reaching each state at each step (the forward variables).
  private func alphas(
    _ states: [Int], _ length: Int, _ probability: (Int, Int) -> Double
  ) throws -> HostBuffer<Double> {
    let width = states.count
    let numel = try Layout.checkedCount([length, width], .float64, "ctc_loss")
    let rows = try HostBuffer(repeating: -Double.infinity, count: numel, "ctc_loss")
    for t in 0..<length {
      if t == 0 {
        for state in 0..<min(2, width) { rows[state] = probability(0, state) }
        continue
      }
      let before = (t - 1) * width
      for state in states.indices {
        var total = rows[before + state]
        if state >= 1 { total = sum(total, rows[before + state - 1]) }
        if state >= 2, states[state] != blank, states[state] != states[state - 2] {
          total = sum(total, rows[before + state - 2])
        }
        rows[before + width + state] = total + probability(t, state)
      }
    }
    return rows
  }

  /// Returns `log(exp(a) + exp(b))`.
  private func sum(_ a: Double, _ b: Double) -> Double {
    let (low, high) = (min(a, b), max(a, b))
    return high == -.infinity ? high : high + log1p(exp(low - high))
  }
}
