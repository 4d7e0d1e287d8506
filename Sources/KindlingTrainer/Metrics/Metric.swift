public import KindlingCore

/// A number that says how good predictions are, collected batch by batch.
///
/// The result is that of all samples together, however unevenly they come in batches.
public protocol Metric: AnyObject {
  /// What the number is called in logs, such as `accuracy`.
  var name: String { get }
  /// Forgets all samples.
  func reset()
  /// Adds the samples of one batch.
  ///
  /// - Throws: `TensorError` `.shape` where predictions and targets do not go together.
  func update(_ prediction: Tensor, _ target: Tensor) throws
  /// The number for all samples since ``reset()``; NaN where there were none.
  func result() throws -> Double
  /// What was collected, as plain data.
  var state: CheckpointValue { get }
  /// Takes over what ``state`` was.
  func loadState(_ state: CheckpointValue) throws
}

/// A sum over samples and their number, whose quotient is a metric.
open class MeanMetric: Metric {
  /// What logs call the number.
  public let name: String
  private var sum = 0.0
  private var count = 0

  /// A metric called `name`.
  public init(name: String) { self.name = name }

  /// What the samples of a batch add up to, and how many there are.
  ///
  /// Each metric brings its own.
  open func measure(_ prediction: Tensor, _ target: Tensor) throws -> (sum: Double, count: Int) {
    throw TensorError(.unsupported, "", "\(name) does not say what it measures")
  }

  /// Forgets all samples.
  public final func reset() { (sum, count) = (0, 0) }

  /// Adds the samples of one batch.
  public final func update(_ prediction: Tensor, _ target: Tensor) throws {
    let (sum, count) = try noGrad { try measure(prediction.detach(), target.detach()) }
    self.sum += sum
    self.count += count
  }

  /// The mean over all samples; NaN where there were none.
  public final func result() throws -> Double { count == 0 ? .nan : sum / Double(count) }

  /// Sum and count as plain data.
  public final var state: CheckpointValue { ["sum": .double(sum), "count": .int(count)] }

  /// Takes over what ``state`` was.
  public final func loadState(_ state: CheckpointValue) throws {
    guard let sum = state["sum"]?.doubleValue, let count = state["count"]?.intValue, count >= 0,
      count < 1 << 53
    else { throw TensorError(.value, "", "the saved state of \(name) is none: \(state)") }
    (self.sum, self.count) = (sum, count)
  }
}
