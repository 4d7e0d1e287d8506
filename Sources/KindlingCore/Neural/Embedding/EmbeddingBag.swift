/// The reduction of the embeddings of a bag (PyTorch: `mode=` of `F.embedding_bag`).
public enum EmbeddingBagMode: String, Sendable {
  /// The sum, optionally weighted.
  case sum
  /// The mean.
  case mean
  /// The element-wise maximum.
  case max
}

extension Tensor {
  /// Reduces the rows of each bag of indices to one row.
  package func embeddingBag(
    _ input: Tensor, offsets: Tensor?, maxNorm: Double?, normType: Double, scaleGradByFreq: Bool,
    mode: EmbeddingBagMode, perSampleWeights: Tensor?, includeLastOffset: Bool, paddingIdx: Int?
  ) throws -> Tensor {
    let name = "embedding_bag"
    try require(
      ndim == 2, .shape, name,
      "weight has to be a 2D Tensor, but got Tensor of dimension \(got: ndim)")
    if let perSampleWeights {
      try require(
        mode == .sum, .value, name,
        "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='\(got: mode.rawValue)')."
      )
      try require(
        perSampleWeights.dtype == dtype, .dtype, name,
        "embedding_bag: expected per_sample_weights to have the same type as weight, but got \(got: perSampleWeights.dtype.scalarName) and \(got: dtype.scalarName)"
      )
      try require(
        perSampleWeights.shape == input.shape, .shape, name,
        "embedding_bag: If per_sample_weights (\(perSampleWeights.shape)) is not None, then it must have the same shape as the input (\(input.shape))"
      )
    }
    try require(
      !scaleGradByFreq || mode != .max, .value, name,
      "max mode does not support scaling the gradient by the frequency")
    let rows = shape[0], columns = shape[1]
    let padding = try paddingIdx.map { try Tensor.wrappedPadding($0, rows) }
    let flat = try Tensor.checkedIndices(input, rows)
    let edges = try Tensor.edges(input, offsets, includeLastOffset, name)
    if let maxNorm { try limitNorms(of: flat, maxNorm, normType) }
    // The bag of each index, without the padding indices.
    let labels = try flat.hostElements(as: Int.self, name)
    let kept = try HostBuffer<Int>(count: 0, name), owner = try HostBuffer<Int>(count: 0, name)
    let bags = Swift.max(0, edges.count - 1)
    let count = try HostBuffer(repeating: 0, count: bags, name)
    try kept.reserveCapacity(labels.count)
    try owner.reserveCapacity(labels.count)
    for bag in 0..<bags {
      for i in edges[bag]..<edges[bag + 1] where labels[i] != padding {
        try kept.append(i)
        try owner.append(bag)
        count[bag] += 1
      }
    }
    let used = try HostBuffer(repeating: 0, count: rows, name)
    for i in kept { used[labels[i]] += 1 }
    let share = try HostBuffer<Int>(count: kept.count, name)
    for (place, i) in kept.enumerated() { share[place] = used[labels[i]] }
    func moved(_ numbers: HostBuffer<Int>) throws -> Tensor {
      try numbers.tensor(shape: [numbers.count], device: input.device)
    }
    let places = try moved(kept), bag = try moved(owner), shares = try moved(share)
    let chosen = try flat.indexSelect(0, places), counts = try moved(count)
    var inputs = [self, chosen, bag, counts, places, shares]
    if let perSampleWeights { inputs.append(perSampleWeights) }
    return try Composed.record("EmbeddingBagBackward0", inputs) { s in
      var vectors = try s[0].indexSelect(0, s[1])
      if scaleGradByFreq, isGradEnabled {
        // Recomputed for the gradient with respect to the quotient; the values do not change.
        let share = try vectors.div(s[5].unsqueeze(1).to(vectors.dtype))
        vectors = try share.add(vectors.sub(share).detach())
      }
      if s.count > 6 {
        vectors = try vectors.mul(s[6].reshape(-1).indexSelect(0, s[4]).unsqueeze(1))
      }
      let zeros = try Tensor.zeros([bags, columns], dtype: vectors.dtype, device: vectors.device)
      switch mode {
      case .sum: return try zeros.indexAdd(0, s[2], vectors)
      case .mean:
        let sizes = try s[3].clamp(min: 1).unsqueeze(1).to(vectors.dtype)
        return try zeros.indexAdd(0, s[2], vectors).div(sizes)
      case .max: return try Tensor.greatest(vectors, s[2], zeros)
      }
    }
  }

  /// Returns the maximum of each bag, 0 for empty bags.
  ///
  /// The first of equal elements gets the gradient.
  private static func greatest(_ vectors: Tensor, _ bag: Tensor, _ zeros: Tensor) throws -> Tensor {
    let name = "embedding_bag", columns = zeros.shape[1]
    let owners = try bag.hostElements(as: Int.self, name)
    let values = try vectors.hostElements(as: Double.self, name)
    let best = try HostBuffer(repeating: -1, count: zeros.numel, name)
    for (i, owner) in owners.enumerated() {
      for c in 0..<columns {
        let at = owner * columns + c, old = best[at]
        if old < 0 || values[i * columns + c] > values[old * columns + c] { best[at] = i }
      }
    }
    if owners.isEmpty { return zeros }
    let found = try best.tensor(shape: zeros.shape)
    let none = try found.lt(0), index = try found.clamp(min: 0)
    return try Tensor.where(none, zeros, vectors.gather(0, index))
  }

  /// Returns the start of each bag, and the end of the last one.
  private static func edges(
    _ input: Tensor, _ offsets: Tensor?, _ includeLastOffset: Bool, _ name: String
  ) throws -> HostBuffer<Int> {
    if input.ndim == 2 {
      try require(
        offsets == nil, .value, name,
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences."
      )
      let edges = try HostBuffer<Int>(count: input.shape[0] + 1, name)
      for bag in edges.indices { edges[bag] = bag * input.shape[1] }
      return edges
    }
    try require(
      input.ndim == 1, .shape, name,
      "input has to be 1D or 2D Tensor, but got Tensor of dimension \(got: input.ndim)")
    guard let offsets, offsets.ndim == 1, offsets.dtype.isInteger else {
      throw TensorError(
        .value, name, "offsets has to be a 1D Tensor of integers where input is 1D")
    }
    let starts = try offsets.hostElements(as: Int.self, name)
    try require(
      starts.first ?? 0 == 0, .value, name,
      "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got \(got: starts[0])"
    )
    guard zip(starts, starts.dropFirst()).allSatisfy(<=), starts.last ?? 0 <= input.numel else {
      throw TensorError(
        .value, name,
        "offsets have to be ascending and the last must not be greater than the input's length \(expected: input.numel), but got \(got: Array(starts.prefix(100)))\(starts.count > 100 ? " and more" : "")"
      )
    }
    if !includeLastOffset { try starts.append(input.numel) }
    return starts
  }
}
