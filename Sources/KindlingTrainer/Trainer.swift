public import KindlingCore
public import KindlingNN
public import KindlingOptim

/// A model with an optimizer, a loss and metrics (Keras: what `Model.compile` makes).
///
/// ```swift
/// let trainer = try model.compile(
///   optimizer: { try SGD($0, lr: 1e-3) }, loss: CrossEntropyLoss(), metrics: [Accuracy()])
/// let history = try trainer.fit(training, epochs: 5, validation: test)
/// ```
///
/// It runs the same steps as a hand-written loop, in the same order, so losses are identical bit
/// for bit. The model is in training mode; each batch runs the prediction, the loss, `zeroGrad`,
/// `backward` and `step`.
public final class Trainer {
  /// The model.
  public let model: Module
  /// The optimizer of the model's parameters.
  public let optimizer: Optimizer
  /// The loss to minimize.
  public let loss: any Loss
  /// The metrics to compute.
  public let metrics: [any Metric]
  /// The logs of all epochs, including those of earlier calls of `fit`.
  public internal(set) var history = History()
  /// The number of training batches processed.
  public internal(set) var steps = 0
  /// Whether ``stop()`` was called.
  var isStopping = false
  /// Whether an epoch is running, whose values the metrics hold.
  var isInEpoch = false
  let forward: (Tensor) throws -> Tensor

  init(
    _ model: Module, _ optimizer: ([Tensor]) throws -> Optimizer, _ loss: any Loss,
    _ metrics: [any Metric], _ forward: @escaping (Tensor) throws -> Tensor
  ) throws {
    var names: Set<String> = ["loss", "lr"]
    for metric in metrics where !names.insert(metric.name).inserted {
      throw TrainerError(
        .name,
        "two metrics, or a metric and the loss, are called '\(metric.name)'; give one another name:"
      )
    }
    self.model = model
    self.optimizer = try optimizer(model.parameters())
    self.loss = loss
    self.metrics = metrics
    self.forward = forward
  }

  /// The number of completed epochs.
  public var epoch: Int { history.epochs.count }

  /// Ends `fit` after the current epoch; for use in callbacks.
  public func stop() { isStopping = true }

  /// The device of the model's parameters, to which batches are moved.
  var device: Device { model.parameters().first?.device ?? .cpu }
}

extension Layer {
  /// Creates a trainer for the model (Keras: `Model.compile`).
  ///
  /// - Parameters:
  ///   - optimizer: a closure that creates the optimizer of the parameters,
  ///     `{ try Adam($0, lr: 1e-3) }`.
  ///   - loss: the loss to minimize.
  ///   - metrics: the metrics to compute.
  /// - Returns: the trainer.
  /// - Throws: any error of `optimizer`; ``TrainerError`` `.name` for metrics with the same name.
  public func compile(
    optimizer: ([Tensor]) throws -> Optimizer, loss: any Loss, metrics: [any Metric] = []
  ) throws -> Trainer {
    try Trainer(self, optimizer, loss, metrics) { [unowned self] in try self($0) }
  }
}

extension Module {
  /// Creates a trainer for a model that is not a ``Layer``; `forward` computes a prediction.
  public func compile(
    optimizer: ([Tensor]) throws -> Optimizer, loss: any Loss, metrics: [any Metric] = [],
    forward: @escaping (Tensor) throws -> Tensor
  ) throws -> Trainer {
    try Trainer(self, optimizer, loss, metrics, forward)
  }
}
