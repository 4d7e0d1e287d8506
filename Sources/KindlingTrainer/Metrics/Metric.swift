public import KindlingCore

/// A measure of the quality of predictions, accumulated batch by batch.
///
/// The result is the value for all samples together, whatever the batch sizes.
public protocol Metric: AnyObject {
  /// The name of the value in logs, such as `accuracy`.
  var name: String { get }
  /// Removes all samples.
  func reset()
  /// Adds the samples of a batch.
  ///
  /// - Throws: `TensorError` `.shape` if predictions and targets do not match.
  func update(_ prediction: Tensor, _ target: Tensor) throws
  /// Returns the value for all samples since ``reset()``; NaN without samples.
  func result() throws -> Double
  /// The accumulated state, as plain data.
  var state: CheckpointValue { get }
  /// Restores ``state``.
  func loadState(_ state: CheckpointValue) throws
}

/// The base class of metrics that are a sum over samples divided by their number.
open class MeanMetric: Metric {
  /// The name of the value in logs.
  public let name: String
  private var sum = 0.0
  private var count = 0

  /// Creates a metric called `name`.
  public init(name: String) { self.name = name }

  /// Returns the sum over the samples of a batch, and their number.
  ///
  /// Every metric overrides it.
  open func measure(_ prediction: Tensor, _ target: Tensor) throws -> (sum: Double, count: Int) {
    throw TensorError(.unsupported, "", "\(name) does not say what it measures")
  }

  /// Removes all samples.
  public final func reset() { (sum, count) = (0, 0) }

  /// Adds the samples of a batch.
  public final func update(_ prediction: Tensor, _ target: Tensor) throws {
    let (sum, count) = try noGrad { try measure(prediction.detach(), target.detach()) }
    self.sum += sum
    self.count += count
  }

  /// Returns the mean over all samples; NaN without samples.
  public final func result() throws -> Double { count == 0 ? .nan : sum / Double(count) }

  /// The sum and the count as plain data.
  public final var state: CheckpointValue { ["sum": .double(sum), "count": .int(count)] }

  /// Restores ``state``.
  public final func loadState(_ state: CheckpointValue) throws {
    guard let sum = state["sum"]?.doubleValue, let count = state["count"]?.intValue, count >= 0,
      count < 1 << 53
    else { throw TensorError(.value, "", "the saved state of \(name) is none: \(state)") }
    (self.sum, self.count) = (sum, count)
  }
}
