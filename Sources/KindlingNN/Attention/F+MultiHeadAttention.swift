public import KindlingCore

/// The parameters of
/// ``F/multiHeadAttention(_:_:_:_:numHeads:dropoutP:training:keyPaddingMask:attnMask:needWeights:averageAttnWeights:isCausal:)``.
public struct AttentionParameters {
  /// The projections of query, key and value, stacked as `[3E, E]` or separate.
  public enum Projection {
    /// The stacked weights, `[3E, E]`.
    case joined(Tensor)
    /// The separate weights, `[E, E]`, `[E, Ek]` and `[E, Ev]`.
    case separate(query: Tensor, key: Tensor, value: Tensor)
  }

  /// The projections of queries, keys and values.
  public var projection: Projection
  /// The bias of the input projections, `[3E]`.
  public var projectionBias: Tensor?
  /// A key and a value appended to each sequence, `[1, 1, E]` each.
  public var bias: (key: Tensor, value: Tensor)?
  /// Whether to append a key and a value of zeros.
  public var addZeroAttn: Bool
  /// The weight of the output projection, `[E, E]`.
  public var outputWeight: Tensor
  /// The bias of the output projection, `[E]`.
  public var outputBias: Tensor?

  /// Creates the parameters of an attention over vectors of size `E`.
  public init(
    projection: Projection, projectionBias: Tensor?, bias: (key: Tensor, value: Tensor)? = nil,
    addZeroAttn: Bool = false, outputWeight: Tensor, outputBias: Tensor?
  ) {
    self.projection = projection
    self.projectionBias = projectionBias
    self.bias = bias
    self.addZeroAttn = addZeroAttn
    self.outputWeight = outputWeight
    self.outputBias = outputBias
  }
}

extension F {
  /// Computes multi-head attention with input and output projections
  /// (PyTorch: `F.multi_head_attention_forward`).
  ///
  /// - Parameters:
  ///   - query: the queries, `[L, N, E]`, or without `N`.
  ///   - key: the keys, `[S, N, Ek]`, or without `N`.
  ///   - value: the values, `[S, N, Ev]`, or without `N`.
  ///   - parameters: the projections.
  ///   - numHeads: the number of heads; a divisor of `E`.
  ///   - dropoutP: the dropout probability of attention weights if `training` is true.
  ///   - training: whether to apply dropout.
  ///   - keyPaddingMask: `[N, S]`; bool (true is ignored) or float, added to the scores.
  ///   - attnMask: `[L, S]` or `[N · heads, L, S]`; likewise.
  ///   - needWeights: whether to return the attention weights.
  ///   - averageAttnWeights: whether to average the returned weights over heads.
  ///   - isCausal: a hint that `attnMask` is the causal mask. Without `keyPaddingMask` and
  ///     `needWeights` it replaces the mask, as in PyTorch; appended keys then come last.
  /// - Returns: the output in the shape of `query`, and the weights if requested.
  /// - Throws: `TensorError` if shapes or dtypes do not match.
  public static func multiHeadAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ parameters: AttentionParameters,
    numHeads: Int, dropoutP: Double = 0, training: Bool = true, keyPaddingMask: Tensor? = nil,
    attnMask: Tensor? = nil, needWeights: Bool = true, averageAttnWeights: Bool = true,
    isCausal: Bool = false
  ) throws -> (output: Tensor, weights: Tensor?) {
    let name = "multi_head_attention_forward"
    try require(
      query.ndim == 2 || query.ndim == 3, .shape, name,
      "query should be unbatched 2D or batched 3D tensor but received \(query.ndim)-D query tensor")
    let batched = query.ndim == 3
    try require(
      key.ndim == query.ndim && value.ndim == query.ndim, .shape, name,
      "For \(query.ndim)-D `query`, expected `key` and `value` to be \(query.ndim)-D but found \(key.ndim)-D and \(value.ndim)-D tensors respectively"
    )
    func batch(_ x: Tensor) throws -> Tensor { batched ? x : try x.unsqueeze(1) }
    let (q, k, v) = (try batch(query), try batch(key), try batch(value))
    let (steps, samples, size) = (q.shape[0], q.shape[1], q.shape[2])
    try require(
      numHeads > 0 && numHeads <= max(size, 1) && size % numHeads == 0, .value, name,
      "embed_dim \(size) not divisible by num_heads \(numHeads)")
    try require(
      k.shape[0] == v.shape[0] && k.shape[1] == v.shape[1] && k.shape[1] == samples, .shape, name,
      "key shape \(k.shape) does not match value shape \(v.shape)")
    try require(
      !isCausal || attnMask != nil, .value, name,
      "Need attn_mask if specifying the is_causal hint.")
    if let attnMask, let keyPaddingMask, attnMask.dtype != keyPaddingMask.dtype {
      try Warnings.warn(
        .deprecated, "",
        "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead."
      )
    }
    let width = size / numHeads
    var (queries, keys, values) = try projected(q, k, v, parameters)
    // Without a padding mask and weights, the hint replaces the mask: a mask that is not causal is
    // not read, and only late queries attend to appended keys.
    let followsHint = isCausal && keyPaddingMask == nil && !needWeights
    var mask = try (followsHint ? nil : attnMask).map {
      try added($0, q.dtype, [steps, k.shape[0]], samples * numHeads, name)
    }
    var padding = try keyPaddingMask.map { given -> Tensor in
      let given = given.ndim == 1 ? try given.unsqueeze(0) : given
      try require(
        given.shape == [samples, k.shape[0]], .shape, name,
        "expecting key_padding_mask shape of (\(expected: samples), \(expected: k.shape[0])), but got \(got: given.shape)"
      )
      return try asAdded(given, q.dtype)
    }
    // All queries attend to appended keys.
    func extend() throws {
      mask = try mask.map { try pad($0, [0, 1]) }
      padding = try padding.map { try pad($0, [0, 1]) }
    }
    if let bias = parameters.bias {
      keys = try Tensor.cat([keys, bias.key.repeat([1, samples, 1])])
      values = try Tensor.cat([values, bias.value.repeat([1, samples, 1])])
      try extend()
    }
    func heads(_ x: Tensor) throws -> Tensor {
      try x.contiguous().view([x.shape[0], samples * numHeads, width]).transpose(0, 1)
    }
    (queries, keys, values) = (try heads(queries), try heads(keys), try heads(values))
    if parameters.addZeroAttn {
      let zeros = try Tensor.zeros(
        [samples * numHeads, 1, width], dtype: keys.dtype, device: keys.device)
      keys = try Tensor.cat([keys, zeros], dim: 1)
      values = try Tensor.cat([values, zeros], dim: 1)
      try extend()
    }
    let source = keys.shape[1]
    if let some = padding {
      let wide = try some.view([samples, 1, 1, source]).expand([samples, numHeads, 1, source])
        .reshape([samples * numHeads, 1, source])
      mask = try mask.map { try $0.add(wide) } ?? wide
    }
    let rate = training ? dropoutP : 0
    let context: Tensor, weights: Tensor?
    if needWeights {
      let scaled = try queries.mul((1 / Double(max(width, 1))).squareRoot())
      let scores =
        try mask.map {
          try $0.expand([samples * numHeads, steps, source]).baddbmm(scaled, keys.transpose(-2, -1))
        }
        ?? scaled.bmm(keys.transpose(-2, -1))
      var shares = try scores.softmax(dim: -1)
      if rate > 0 { shares = try dropout(shares, p: rate) }
      context = try shares.bmm(values)
      weights = shares
    } else {
      func split(_ x: Tensor) throws -> Tensor {
        try x.view([samples, numHeads, x.shape[1], x.shape[2]])
      }
      let wide = try mask.map { mask -> Tensor in
        mask.shape[0] == 1 && mask.ndim == 3
          ? try mask.unsqueeze(0) : try mask.view([samples, numHeads, -1, source])
      }
      context = try scaledDotProductAttention(
        split(queries), split(keys), split(values), attnMask: wide, dropoutP: rate,
        isCausal: followsHint
      ).reshape([samples * numHeads, steps, width])
      weights = nil
    }
    let joined = try context.transpose(0, 1).contiguous().view([steps * samples, size])
    let output = try linear(joined, parameters.outputWeight, parameters.outputBias)
      .view([steps, samples, parameters.outputWeight.shape[0]])
    let shares = try weights.map { weights -> Tensor in
      let perHead = try weights.view([samples, numHeads, steps, source])
      let wanted = averageAttnWeights ? try perHead.mean(dim: 1) : perHead
      return batched ? wanted : try wanted.squeeze(0)
    }
    return (batched ? output : try output.squeeze(1), shares)
  }

  private static func projected(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ parameters: AttentionParameters
  ) throws -> (Tensor, Tensor, Tensor) {
    let size = q.shape[2]
    let biases = try parameters.projectionBias?.chunk(3) ?? []
    func bias(_ i: Int) -> Tensor? { i < biases.count ? biases[i] : nil }
    switch parameters.projection {
    case .joined(let weight):
      try require(
        weight.shape == [3 * size, size], .shape, "multi_head_attention_forward",
        "expected in_proj_weight of shape \(expected: [3 * size, size]), but got \(got: weight.shape)"
      )
      let parts = try weight.chunk(3)
      return (
        try linear(q, parts[0], bias(0)), try linear(k, parts[1], bias(1)),
        try linear(v, parts[2], bias(2))
      )
    case .separate(let query, let key, let value):
      return (
        try linear(q, query, bias(0)), try linear(k, key, bias(1)), try linear(v, value, bias(2))
      )
    }
  }

  /// Returns a mask of `[L, S]` or `[heads, L, S]` as a term added to the scores.
  private static func added(
    _ mask: Tensor, _ type: DType, _ shape: [Int], _ heads: Int, _ name: String
  ) throws -> Tensor {
    let wide = mask.ndim == 2 ? try mask.unsqueeze(0) : mask
    try require(
      wide.ndim == 3 && Array(wide.shape.dropFirst()) == shape
        && (wide.shape[0] == heads || mask.ndim == 2), .shape, name,
      "The shape of the \(mask.ndim)D attn_mask is \(mask.shape), but should be \(shape) or \([heads] + shape)."
    )
    return try asAdded(wide, type)
  }

  private static func asAdded(_ mask: Tensor, _ type: DType) throws -> Tensor {
    guard mask.dtype == .bool else { return mask }
    return try Tensor.zeros(mask.shape, dtype: type, device: mask.device)
      .maskedFill(mask, -Double.infinity)
  }
}
