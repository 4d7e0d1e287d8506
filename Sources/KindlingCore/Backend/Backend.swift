package import CKernels

/// What a device has to be able to do.
///
/// Operations check, promote and compute shapes, make the output, and call one of these: operands
/// broadcast to the output's shape, lie on this device and are of any dtype; `dtype` says in which
/// one to compute.
package protocol Backend: AnyObject, Sendable {
  var device: Device { get }

  // MARK: Memory
  /// Memory for `byteCount` bytes; throws where there is not that much.
  func allocate(byteCount: Int) throws -> Storage
  /// Gives back what `allocate` handed out.
  func free(_ address: UnsafeMutableRawPointer, byteCount: Int)
  /// Host memory that holds the bytes of `storage` while `body` runs; written back if `mutating`.
  func withHostBytes<R>(
    _ storage: Storage, mutating: Bool, _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) throws -> R

  // MARK: Elementwise
  func fill(_ out: Tensor, _ value: Scalar) throws
  /// Lays `parts` side by side in `out`: of the n-th of `blocks` equal pieces of each, the n-th piece of
  /// `out` is made. All are contiguous, not empty and of one dtype.
  func join(_ parts: [Tensor], blocks: Int, into out: Tensor) throws
  /// Copies the lines of `x` along its last dimension into those of `out`, of its dtype, between elements
  /// of themselves: those at the places `before` and `after`. In both, the elements of a line are
  /// neighbours.
  func border(_ x: Tensor, before: [Int], after: [Int], into out: Tensor) throws
  /// Copies and converts; `source` broadcasts to `out`.
  func copy(_ source: Tensor, into out: Tensor) throws
  func unary(
    _ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor)
    throws
  func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor)
    throws
  func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType,
    into out: Tensor) throws
  /// `condition ? a : b`, `condition` being bool.
  func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws

  // MARK: Reductions
  /// Reduces the dimensions in which `out` has size 1 and `x` has not (ranks are equal); `x` is
  /// computed in `dtype`. Not empty for maxima, minima and `arg…`, which reduce one dimension or all.
  func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws

  // MARK: Along one dimension
  /// Running results of `x`, computed in `dtype`, along `dim` (from its end where `backwards`), and
  /// for extremes where each one stands; `out` and `indices` (int64, contiguous) have `x`'s shape.
  func scan(
    _ op: ScanOp, _ x: Tensor, dim: Int, backwards: Bool, dtype: DType, into out: Tensor,
    indices: Tensor?) throws
  /// `x` sorted stably along `dim`, NaN being greatest, and where the elements stood; `out` (of `x`'s
  /// dtype) and `indices` (int64) have `x`'s shape, or less along `dim` for the first ones alone.
  func sort(_ x: Tensor, dim: Int, descending: Bool, into out: Tensor, indices: Tensor) throws

  /// `out`, 0-dimensional, becomes the element of `x`, a contiguous vector of its dtype, that sorting would
  /// put at place `rank`, a 0-dimensional int64; NaN being greatest.
  func element(_ x: Tensor, ofRank rank: Tensor, into out: Tensor) throws

  // MARK: Matrix products
  /// `out = alpha · a @ b + beta · out` over `[batch…, m, k]` and `[batch…, k, n]`, whose batch
  /// dimensions broadcast to those of `out`; all of one dtype.
  func matmul(_ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor) throws

  // MARK: Convolutions and pooling, all over contiguous tensors of one dtype
  /// The convolution of the image `x` with `weight`, plus `bias` by channel; `y` is the result.
  func convolution(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into y: Tensor) throws
  /// The gradient of a convolution with respect to its image, from that of its result; with a bias,
  /// the transposed convolution.
  func convolutionInput(
    _ gradient: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into x: Tensor) throws
  /// The gradient of a convolution with respect to its weight, from that of its result.
  func convolutionWeight(
    _ gradient: Tensor, _ x: Tensor, _ c: Convolution, into weight: Tensor) throws
  /// The greatest element of each window of `x`, and where in its plane it lies (int64).
  func maxPool(_ x: Tensor, _ p: Pooling, into y: Tensor, indices: Tensor?) throws
  /// The mean of each window of `x`.
  func averagePool(_ x: Tensor, _ p: Pooling, into y: Tensor) throws
  /// The gradient of ``averagePool(_:_:into:)`` with respect to its input.
  func averagePoolBackward(_ gradient: Tensor, _ p: Pooling, into x: Tensor) throws
  /// Adds each element of `y` to the one of `x`, which is zeroed first, that `indices` names in its
  /// plane.
  func addToPlanes(_ y: Tensor, _ indices: Tensor, planes: Int, into x: Tensor) throws

  // MARK: Weighted elements, all contiguous: see `Ops/WeightedSums.swift`
  /// `out[g, r, p] = Σ_t weights[t, g, p] · x[g, r, places[t, g, p]]`, in the order of t.
  func weightedSums(_ x: Tensor, _ places: Tensor, _ weights: Tensor?, into out: Tensor) throws
  /// Adds `weights[t, g, p] · y[g, r, p]` to `x[g, r, places[t, g, p]]`, which is zeroed first.
  func spreadSums(_ y: Tensor, _ places: Tensor, _ weights: Tensor?, into x: Tensor) throws
  /// `weights[t, g, p] = Σ_r y[g, r, p] · x[g, r, places[t, g, p]]`.
  func placeProducts(_ y: Tensor, _ x: Tensor, _ places: Tensor, into weights: Tensor) throws

  // MARK: Random numbers
  /// Fills `out` with draws of `generator`, in the order of memory.
  func random(_ distribution: Distribution, _ generator: Generator, into out: Tensor) throws
  /// A random order of 0 to n − 1 in `out`, contiguous int64.
  func randperm(_ generator: Generator, into out: Tensor) throws

  // MARK: Indexing
  /// `out`, contiguous, becomes the elements of `x` that `rows` names, in order.
  func take(_ x: Tensor, _ rows: Rows, into out: Tensor) throws
  /// Combines the elements of `out` that `rows` names with those of `source`, in order: contiguous and
  /// of the dtype of `out`, or a single one for all.
  func put(_ op: ScatterOp, _ source: Tensor, _ rows: Rows, into out: Tensor) throws

  // MARK: Fused, with a default made of the primitives above (see `Backend+Fused.swift` and `Backend+Normalize.swift`)
  /// Softmax of `x` over `dim`, or its logarithm; `x` and `out` are of one shape and floating dtype.
  func softmax(_ x: Tensor, dim: Int, log: Bool, into out: Tensor) throws
  /// The gradient of softmax (of its logarithm) with respect to its input, from that of the output
  /// and the output itself; all of one shape and dtype.
  func softmaxBackward(
    _ gradient: Tensor, _ output: Tensor, dim: Int, log: Bool, into out: Tensor) throws
  /// The negative log-likelihood, all contiguous and but for `target` (int64) of one float dtype:
  /// `logProbabilities` is `[N, C, S]`, `target` `[N, S]`, `weight` `[C]`. `out` is `[N, S]`, or
  /// 0-dimensional for a sum or mean; `totalWeight` (0-dimensional) gets the sum of the weights used.
  /// Throws where a target is neither a class nor `ignoreIndex`.
  func nllLoss(
    _ logProbabilities: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor) throws
  /// The gradient of ``nllLoss(_:_:weight:ignoreIndex:reduction:totalWeight:into:)`` with respect to
  /// its input, from that of its output.
  func nllLossBackward(
    _ gradient: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor) throws
  /// The means and (biased) variances of the channels of `x`, `[N, C, S]`, in `[C]` each, the latter in
  /// float64. As in all normalisations, everything is contiguous and float32 or float64.
  func channelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws
  /// `(x − mean) · rstd · weight + bias` by channel of `x`, `[N, C, S]`; the others are `[C]`.
  func normalizeChannels(
    _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, bias: Tensor?, into out: Tensor)
    throws
  /// The gradients of ``normalizeChannels(_:mean:rstd:weight:bias:into:)``; where `centered`, mean and
  /// deviation are those of `x` itself and take part.
  func normalizeChannelsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, centered: Bool,
    into result: NormGradients) throws
  /// Each row of `x`, `[M, D]`, with mean 0 and variance 1, times `weight` plus `bias`, both `[D]`;
  /// the means and reciprocal deviations go into `mean` and `rstd`, `[M]`.
  func normalizeRows(
    _ x: Tensor, eps: Double, weight: Tensor?, bias: Tensor?, into out: Tensor, mean: Tensor,
    rstd: Tensor) throws
  /// The gradients of ``normalizeRows(_:eps:weight:bias:into:mean:rstd:)``.
  func normalizeRowsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?,
    into result: NormGradients) throws
  /// One step of stochastic gradient descent, in place on `parameter` and on the momentum buffer
  /// (nil without momentum); all of one shape and floating dtype. Versions are the caller's business.
  func sgdStep(
    _ parameter: Tensor, _ gradient: Tensor, momentumBuffer: Tensor?, _ step: SGDStep) throws
  /// One step of Adam or AdamW, in place on `parameter`, `expAvg`, `expAvgSq` and (AMSGrad)
  /// `maxExpAvgSq`; all of one shape and floating dtype. Versions are the caller's business.
  func adamStep(
    _ parameter: Tensor, _ gradient: Tensor, expAvg: Tensor, expAvgSq: Tensor,
    maxExpAvgSq: Tensor?, _ step: AdamStep) throws
  /// One step of an optimizer that follows one formula per element, in place on `parameter` and on
  /// `state` (see ``UpdateRule``); all of one shape and floating dtype. Versions are the caller's
  /// business.
  func update(_ parameter: Tensor, _ gradient: Tensor, state: [Tensor?], _ step: UpdateStep) throws
}

/// What becomes of the losses of single elements.
package enum LossReduction: Sendable { case none, mean, sum }

/// The numbers of one step of stochastic gradient descent; names are those of PyTorch's `SGD`.
package struct SGDStep: Sendable {
  package var lr: Double
  package var momentum: Double
  package var dampening: Double
  package var weightDecay: Double
  package var nesterov: Bool
  package var maximize: Bool
  /// The momentum buffer has no value yet: it becomes the gradient, undampened.
  package var isFirst: Bool

  package init(
    lr: Double, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false, isFirst: Bool = false
  ) {
    self.lr = lr
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
    self.isFirst = isFirst
  }
}

/// The numbers of one step of Adam; names are those of PyTorch's `Adam`.
package struct AdamStep: Sendable {
  package var lr: Double
  package var beta1: Double
  package var beta2: Double
  package var eps: Double
  package var weightDecay: Double
  /// AdamW: weight decay acts on the parameter itself, not through the gradient.
  package var decoupled: Bool
  package var maximize: Bool
  /// How many steps were taken, this one included.
  package var step: Double

  package init(
    lr: Double, beta1: Double, beta2: Double, eps: Double, weightDecay: Double = 0,
    decoupled: Bool = false, maximize: Bool = false, step: Double
  ) {
    self.lr = lr
    self.beta1 = beta1
    self.beta2 = beta2
    self.eps = eps
    self.weightDecay = weightDecay
    self.decoupled = decoupled
    self.maximize = maximize
    self.step = step
  }
}
