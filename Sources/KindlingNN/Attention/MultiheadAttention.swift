public import KindlingCore

/// A ``Linear`` that PyTorch exempts from dynamic quantization.
open class NonDynamicallyQuantizableLinear: Linear {
  override class var form: LayerForm? {
    described { NonDynamicallyQuantizableLinear($0, $1, bias: $2) }
  }
}

/// Multi-head attention (PyTorch: `nn.MultiheadAttention`).
///
/// - Shape: `query` `[L, N, E]`, `key` `[S, N, kdim]`, `value` `[S, N, vdim]`; the batch comes
///   first with `batchFirst`. Inputs without a batch dimension are accepted.
open class MultiheadAttention: Module {
  /// The size of queries and outputs.
  public let embedDim: Int
  /// The number of heads.
  public let numHeads: Int
  /// The dropout probability of attention weights in training.
  public let dropout: Double
  /// The size of keys.
  public let kdim: Int
  /// The size of values.
  public let vdim: Int
  /// Whether the batch is the first dimension.
  public let batchFirst: Bool
  /// Whether to append a key and a value of zeros.
  public let addZeroAttn: Bool
  /// The projections of query, key and value, `[3E, E]`, if their sizes are equal.
  @Parameter public var inProjWeight: Tensor?
  /// The projection of queries, `[E, E]`, if the sizes differ.
  @Parameter public var qProjWeight: Tensor?
  /// The projection of keys, `[E, kdim]`, if the sizes differ.
  @Parameter public var kProjWeight: Tensor?
  /// The projection of values, `[E, vdim]`, if the sizes differ.
  @Parameter public var vProjWeight: Tensor?
  /// The bias of the input projections, `[3E]`.
  @Parameter public var inProjBias: Tensor?
  /// The output projection.
  public let outProj: NonDynamicallyQuantizableLinear
  /// A key appended to each sequence.
  @Parameter public var biasK: Tensor?
  /// A value appended to each sequence.
  @Parameter public var biasV: Tensor?

  /// Creates a layer with parameters drawn from the default generator, as in PyTorch.
  public init(
    _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true,
    addBiasKV: Bool = false, addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil,
    batchFirst: Bool = false, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.embedDim = embedDim
    self.numHeads = numHeads
    self.dropout = dropout
    self.kdim = kdim ?? embedDim
    self.vdim = vdim ?? embedDim
    self.addZeroAttn = addZeroAttn
    self.batchFirst = batchFirst
    var problem: TensorError?
    if embedDim <= 0 || numHeads <= 0 || embedDim % max(numHeads, 1) != 0 {
      problem = TensorError(
        .value, "MultiheadAttention",
        "embed_dim and num_heads must be greater than 0 and embed_dim divisible by num_heads, but got embed_dim=\(got: embedDim) and num_heads=\(got: numHeads)"
      )
    }
    let (size, overflow) = embedDim.multipliedReportingOverflow(by: 3)
    func memory(_ wanted: Bool, _ shape: [Int]) -> Tensor? {
      wanted
        ? parameterMemory(overflow ? [-1] : shape, dtype, device, "MultiheadAttention", &problem)
        : nil
    }
    let joined = self.kdim == embedDim && self.vdim == embedDim
    qProjWeight = memory(!joined, [embedDim, embedDim])
    kProjWeight = memory(!joined, [embedDim, self.kdim])
    vProjWeight = memory(!joined, [embedDim, self.vdim])
    inProjWeight = memory(joined, [size, embedDim])
    inProjBias = memory(bias, [size])
    outProj = NonDynamicallyQuantizableLinear(
      embedDim, embedDim, bias: bias, dtype: dtype, device: device)
    biasK = memory(addBiasKV, [1, 1, embedDim])
    biasV = memory(addBiasKV, [1, 1, embedDim])
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Reinitializes the parameters (PyTorch: `MultiheadAttention._reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    for weight in [inProjWeight, qProjWeight, kProjWeight, vProjWeight] {
      if let weight { try Init.xavierUniform_(weight) }
    }
    if let inProjBias {
      try Init.zeros_(inProjBias)
      if let bias = outProj.bias { try Init.zeros_(bias) }
    }
    for bias in [biasK, biasV] {
      if let bias { try Init.xavierNormal_(bias) }
    }
  }

  /// Returns the attention output and, if requested, the attention weights.
  ///
  /// The arguments are those of `F.multiHeadAttention`.
  open func forward(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil,
    needWeights: Bool = true, attnMask: Tensor? = nil, averageAttnWeights: Bool = true,
    isCausal: Bool = false
  ) throws -> (output: Tensor, weights: Tensor?) {
    try checkInitialization()
    try outProj.checkInitialization()
    let swaps = batchFirst && query.ndim == 3
    func ordered(_ x: Tensor) throws -> Tensor {
      swaps && x.ndim == 3 ? try x.transpose(0, 1) : x
    }
    let projection: AttentionParameters.Projection
    if let inProjWeight {
      projection = .joined(inProjWeight)
    } else if let q = qProjWeight, let k = kProjWeight, let v = vProjWeight {
      projection = .separate(query: q, key: k, value: v)
    } else {
      throw TensorError(.value, typeName, "has no projection weights")
    }
    let pair = biasK.flatMap { k in biasV.map { (key: k, value: $0) } }
    let y = try F.multiHeadAttention(
      ordered(query), ordered(key), ordered(value),
      AttentionParameters(
        projection: projection, projectionBias: inProjBias, bias: pair, addZeroAttn: addZeroAttn,
        outputWeight: outProj.weight, outputBias: outProj.bias),
      numHeads: numHeads, dropoutP: dropout, training: isTraining, keyPaddingMask: keyPaddingMask,
      attnMask: attnMask, needWeights: needWeights, averageAttnWeights: averageAttnWeights,
      isCausal: isCausal)
    return (try ordered(y.output), y.weights)
  }

  /// Returns the result of
  /// ``forward(_:_:_:keyPaddingMask:needWeights:attnMask:averageAttnWeights:isCausal:)``.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil,
    needWeights: Bool = true, attnMask: Tensor? = nil, averageAttnWeights: Bool = true,
    isCausal: Bool = false
  ) throws -> (output: Tensor, weights: Tensor?) {
    var weights: Tensor?
    let output = try call([query, key, value]) { inputs in
      let y = try forward(
        inputs[0], inputs[1], inputs[2], keyPaddingMask: keyPaddingMask, needWeights: needWeights,
        attnMask: attnMask, averageAttnWeights: averageAttnWeights, isCausal: isCausal)
      weights = y.weights
      return y.output
    }
    return (output, weights)
  }

  private var isJoined: CheckpointValue? { .bool(inProjWeight != nil) }
  private var headDim: CheckpointValue? { .int(embedDim / max(numHeads, 1)) }
  /// In PyTorch, `bias_k` and `bias_v` are plain attributes unless they are parameters.
  private var absentBias: CheckpointValue? { biasK == nil ? .some(.none) : nil }

  override class var form: LayerForm? {
    LayerForm(
      MultiheadAttention.self, "activation", .init("embed_dim", \.embedDim, .hidden),
      .init("kdim", \.kdim, .hidden),
      .init("vdim", \.vdim, .hidden).thenDerived("_qkv_same_embed_dim", \.isJoined),
      .init("num_heads", \.numHeads, .hidden), .init("dropout", \.dropout, .hidden),
      .init("batch_first", \.batchFirst, .hidden).ifMissing(false)
        .thenDerived("head_dim", \.headDim)
        .thenDerived("bias_k", \.absentBias).thenDerived("bias_v", \.absentBias),
      .init("add_zero_attn", \.addZeroAttn, .hidden),
      .presence("in_proj_bias", \.inProjBias, .hidden), .presence("bias_k", \.biasK, .hidden),
      tensors: { (width: Int, keys: Int, values: Int, _, _, _, _, _, _) in
        if keys == width && values == width { return [("in_proj_weight", [width &* 3, width])] }
        return [
          ("q_proj_weight", [width, width]), ("k_proj_weight", [width, keys]),
          ("v_proj_weight", [width, values]),
        ]
      }
    ) {
      (width: Int, keys: Int, values: Int, heads: Int, dropout: Double, batchFirst, zero, bias, kv)
      in
      MultiheadAttention(
        width, heads, dropout: dropout, bias: bias, addBiasKV: kv, addZeroAttn: zero, kdim: keys,
        vdim: values, batchFirst: batchFirst)
    }
  }
}
