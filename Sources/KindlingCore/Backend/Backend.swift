package import CKernels

/// The operations that a device must implement.
///
/// Operations check their arguments, promote dtypes, compute shapes, allocate the output and call
/// one of these functions. Operands broadcast to the shape of the output, are on this device and
/// have any dtype; `dtype` is the dtype of the computation.
package protocol Backend: AnyObject, Sendable {
  var device: Device { get }

  // MARK: Memory
  /// Allocates `byteCount` bytes; throws if there is not enough memory.
  func allocate(byteCount: Int) throws -> Storage
  /// Frees memory from `allocate`.
  func free(_ address: UnsafeMutableRawPointer, byteCount: Int)
  /// Calls `body` with host memory that holds the bytes of `storage`; written back if `mutating`.
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
  /// Computes `condition ? a : b` with a bool `condition`.
  func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws
  /// Evaluates a pointwise program on every element; the inputs broadcast to the outputs, which have one
  /// shape and the result's dtype.
  ///
  /// 16-bit floats are computed in float32, and rounded at the end or after each step. An output may
  /// be an input as the program foresees it. Has a default in `Backend+Pointwise.swift`.
  func pointwise(
    _ programs: Pointwise.Programs, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]) throws

  // MARK: Reductions
  /// Reduces the dimensions in which `out` has size 1 and `x` has not, computed in `dtype`.
  ///
  /// Ranks are equal. Maxima, minima and `arg…` reduce one dimension or all, and are not empty.
  func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws

  // MARK: Along one dimension
  /// Computes cumulative results of `x` along `dim` in `dtype`, from the end if `backwards`.
  ///
  /// For maxima and minima, `indices` gets the index of each. `out` and `indices` (int64,
  /// contiguous) have the shape of `x`.
  func scan(
    _ op: ScanOp, _ x: Tensor, dim: Int, backwards: Bool, dtype: DType, into out: Tensor,
    indices: Tensor?) throws
  /// Sorts `x` stably along `dim`, with NaN as the largest, and writes values and original
  /// indices.
  ///
  /// `out` (of the dtype of `x`) and `indices` (int64) have the shape of `x`, or a smaller size
  /// along `dim` for only the first elements.
  func sort(_ x: Tensor, dim: Int, descending: Bool, into out: Tensor, indices: Tensor) throws

  /// `out`, 0-dimensional, becomes the element of `x`, a contiguous vector of its dtype, that sorting would
  /// put at place `rank`, a 0-dimensional int64, with NaN as the largest.
  func element(_ x: Tensor, ofRank rank: Tensor, into out: Tensor) throws

  // MARK: Matrix products
  /// Computes `out = alpha · a @ b + beta · out` over `[batch…, m, k]` and `[batch…, k, n]`.
  ///
  /// Batch dimensions broadcast to those of `out`; all have one dtype.
  func matmul(_ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor) throws

  // MARK: Convolutions and pooling over contiguous tensors of one dtype
  /// Computes the convolution of `x` with `weight`, plus `bias` per channel, into `y`.
  func convolution(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into y: Tensor) throws
  /// Computes the gradient of the input of a convolution from that of its output; with a bias, the
  /// transposed convolution.
  func convolutionInput(
    _ gradient: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into x: Tensor) throws
  /// Computes the gradient of the weight of a convolution from that of its output.
  func convolutionWeight(
    _ gradient: Tensor, _ x: Tensor, _ c: Convolution, into weight: Tensor) throws
  /// Computes the maximum of each window of `x`, and its index in the plane (int64).
  func maxPool(_ x: Tensor, _ p: Pooling, into y: Tensor, indices: Tensor?) throws
  /// Computes the mean of each window of `x`.
  func averagePool(_ x: Tensor, _ p: Pooling, into y: Tensor) throws
  /// Computes the gradient of the input of ``averagePool(_:_:into:)``.
  func averagePoolBackward(_ gradient: Tensor, _ p: Pooling, into x: Tensor) throws
  /// Clears `x` and adds each element of `y` to the element of `x` at its index in the plane.
  func addToPlanes(_ y: Tensor, _ indices: Tensor, planes: Int, into x: Tensor) throws

  // MARK: Weighted elements, all contiguous: see `Neural/WeightedSums.swift`
  /// `out[g, r, p] = Σ_t weights[t, g, p] · x[g, r, places[t, g, p]]`, in the order of t.
  func weightedSums(_ x: Tensor, _ places: Tensor, _ weights: Tensor?, into out: Tensor) throws
  /// Adds `weights[t, g, p] · y[g, r, p]` to `x[g, r, places[t, g, p]]`, which is zeroed first.
  func spreadSums(_ y: Tensor, _ places: Tensor, _ weights: Tensor?, into x: Tensor) throws
  /// `weights[t, g, p] = Σ_r y[g, r, p] · x[g, r, places[t, g, p]]`.
  func placeProducts(_ y: Tensor, _ x: Tensor, _ places: Tensor, into weights: Tensor) throws

  // MARK: Random numbers
  /// Fills `out` with samples from `generator`, in memory order.
  func random(_ distribution: Distribution, _ generator: Generator, into out: Tensor) throws
  /// Writes a random permutation of 0 to n − 1 to `out`, contiguous int64.
  func randperm(_ generator: Generator, into out: Tensor) throws

  // MARK: Indexing
  /// Copies the elements of `x` in `rows` to `out`, contiguous, in order.
  func take(_ x: Tensor, _ rows: Rows, into out: Tensor) throws
  /// Combines the elements of `out` in `rows` with those of `source`, in order.
  ///
  /// `source` is contiguous and of the dtype of `out`, or a single element for all.
  func put(_ op: ScatterOp, _ source: Tensor, _ rows: Rows, into out: Tensor) throws

  // MARK: Fused, with defaults in `Backend+Fused.swift` and `Backend+Normalize.swift`
  /// Computes softmax of `x` over `dim`, or its logarithm; `x` and `out` have one shape and
  /// floating dtype.
  func softmax(_ x: Tensor, dim: Int, log: Bool, into out: Tensor) throws
  /// Computes the gradient of the input of softmax, or of its logarithm, from that of the output
  /// and the output.
  ///
  /// All have one shape and dtype.
  func softmaxBackward(
    _ gradient: Tensor, _ output: Tensor, dim: Int, log: Bool, into out: Tensor) throws
  /// Computes the negative log-likelihood loss.
  ///
  /// `logProbabilities` is `[N, C, S]`, `target` `[N, S]`, `weight` `[C]`. All are contiguous, and
  /// except for `target` (int64) of one float dtype. `out` is `[N, S]`, or 0-dimensional for a sum
  /// or mean. `totalWeight` (0-dimensional) gets the sum of the weights used. Throws if a target is
  /// neither a class nor `ignoreIndex`.
  func nllLoss(
    _ logProbabilities: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor) throws
  /// Computes the gradient of the input of
  /// ``nllLoss(_:_:weight:ignoreIndex:reduction:totalWeight:into:)`` from that of its output.
  func nllLossBackward(
    _ gradient: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor) throws
  /// Computes the means and biased variances of the channels of `x`, `[N, C, S]`, both `[C]`, the
  /// latter in float64.
  ///
  /// In all normalizations, tensors are contiguous and float32 or float64.
  func channelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws
  /// Computes `(x − mean) · rstd · weight + bias` per channel of `x`, `[N, C, S]`; the others are
  /// `[C]`.
  func normalizeChannels(
    _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, bias: Tensor?, into out: Tensor)
    throws
  /// Computes the gradients of ``normalizeChannels(_:mean:rstd:weight:bias:into:)``.
  ///
  /// If `centered`, mean and deviation are those of `x` itself and are differentiated too.
  func normalizeChannelsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, centered: Bool,
    into result: NormGradients) throws
  /// Normalizes each row of `x`, `[M, D]`, to mean 0 and variance 1, times `weight` plus `bias`,
  /// both `[D]`.
  ///
  /// `mean` and `rstd`, `[M]`, get the means and reciprocal deviations.
  func normalizeRows(
    _ x: Tensor, eps: Double, weight: Tensor?, bias: Tensor?, into out: Tensor, mean: Tensor,
    rstd: Tensor) throws
  /// Computes the gradients of ``normalizeRows(_:eps:weight:bias:into:mean:rstd:)``.
  func normalizeRowsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?,
    into result: NormGradients) throws
}

/// The reduction to apply to the element-wise losses.
package enum LossReduction: Sendable { case none, mean, sum }
