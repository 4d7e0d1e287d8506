public import KindlingCore
public import KindlingNN
public import KindlingOptim

/// A model with what trains it: optimizer, loss and metrics (Keras: what `Model.compile` makes).
///
/// ```swift
/// let trainer = try model.compile(
///   optimizer: { try SGD($0, lr: 1e-3) }, loss: CrossEntropyLoss(), metrics: [Accuracy()])
/// let history = try trainer.fit(training, epochs: 5, validation: test)
/// ```
///
/// It does what the written-out loop does, in the same order, so losses are the same to the bit: the
/// model in training mode, for each batch the prediction, the loss, `zeroGrad`, `backward`, `step`.
public final class Trainer {
  /// The model.
  public let model: Module
  /// What updates the model's parameters.
  public let optimizer: Optimizer
  /// What is minimised.
  public let loss: any Loss
  /// What is measured besides.
  public let metrics: [any Metric]
  /// The epochs so far, those of earlier calls of `fit` included.
  public internal(set) var history = History()
  /// How many batches were trained on.
  public internal(set) var steps = 0
  /// Set by ``stop()``.
  var isStopping = false
  /// Whether an epoch is being trained, whose numbers the metrics hold.
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

  /// How many epochs were trained.
  public var epoch: Int { history.epochs.count }

  /// Ends `fit` after the epoch that is running; callbacks call it.
  public func stop() { isStopping = true }

  /// Where the model's parameters are, to which batches go.
  var device: Device { model.parameters().first?.device ?? .cpu }
}

extension Layer {
  /// Puts the model together with what trains it (Keras: `Model.compile`).
  ///
  /// - Parameters:
  ///   - optimizer: makes the optimizer of the model's parameters, `{ try Adam($0, lr: 1e-3) }`.
  ///   - loss: what is minimised.
  ///   - metrics: what is measured besides.
  /// - Returns: what trains the model.
  /// - Throws: what `optimizer` throws; ``TrainerError`` `.name` for metrics of one name.
  public func compile(
    optimizer: ([Tensor]) throws -> Optimizer, loss: any Loss, metrics: [any Metric] = []
  ) throws -> Trainer {
    try Trainer(self, optimizer, loss, metrics) { [unowned self] in try self($0) }
  }
}

extension Module {
  /// Puts a model that is no ``Layer`` together with what trains it; `forward` makes a prediction.
  public func compile(
    optimizer: ([Tensor]) throws -> Optimizer, loss: any Loss, metrics: [any Metric] = [],
    forward: @escaping (Tensor) throws -> Tensor
  ) throws -> Trainer {
    try Trainer(self, optimizer, loss, metrics, forward)
  }
}
