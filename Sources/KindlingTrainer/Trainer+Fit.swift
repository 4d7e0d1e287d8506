public import KindlingCore
import KindlingData
import KindlingNN
import KindlingOptim

extension Trainer {
  /// Trains for `epochs` more epochs (Keras: `Model.fit`).
  ///
  /// - Parameters:
  ///   - batches: the training data, such as a `DataLoader` of pairs; iterated once per epoch.
  ///   - epochs: the number of additional epochs.
  ///   - validation: the data to evaluate after every epoch.
  ///   - classWeight: the weights of samples by class number; 1 for missing classes. The loss needs
  ///     `reduction: .none`; each sample's loss is multiplied by its weight before the mean is
  ///     taken. Validation does not use the weights.
  ///   - callbacks: callbacks, called in order at each stage.
  ///   - progress: the style of the progress display.
  /// - Returns: the epochs of this call. ``history`` includes them, even if an error is thrown.
  /// - Throws: ``TrainerError`` `.loss` at the first loss that is NaN or infinite, before it
  ///   updates anything. `.value` if there are no batches, if a loss is not a scalar, or if the
  ///   loss does not support weights. Any error of the data, the model and the callbacks.
  @discardableResult
  public func fit(
    _ batches: LabelledBatches, epochs: Int = 1, validation: LabelledBatches? = nil,
    classWeight: [Int: Double]? = nil, callbacks: [Callback] = [],
    progress: ProgressBar = ProgressBar()
  ) throws -> History {
    try fit(
      TrainingBatches(batches), epochs, validation.map { TrainingBatches($0) },
      classWeight.map { try ClassWeights($0) }, callbacks + [progress])
  }

  /// Trains on batches that include sample weights (Keras: `Model.fit` of triples).
  ///
  /// - Parameters:
  ///   - batches: inputs, targets and weights `[N]`, such as a `DataLoader` of a `TensorDataset` of
  ///     three tensors. The loss needs `reduction: .none`.
  ///   - epochs: the number of additional epochs.
  ///   - validation: the data to evaluate after every epoch.
  ///   - callbacks: callbacks, called in order at each stage.
  ///   - progress: the style of the progress display.
  /// - Returns: the epochs of this call.
  /// - Throws: like ``fit(_:epochs:validation:classWeight:callbacks:progress:)``.
  @discardableResult
  public func fit(
    _ batches: WeightedBatches, epochs: Int = 1, validation: LabelledBatches? = nil,
    callbacks: [Callback] = [], progress: ProgressBar = ProgressBar()
  ) throws -> History {
    try fit(
      TrainingBatches(batches), epochs, validation.map { TrainingBatches($0) }, nil,
      callbacks + [progress])
  }

  private func fit(
    _ batches: TrainingBatches, _ epochs: Int, _ validation: TrainingBatches?,
    _ classWeights: ClassWeights?, _ callbacks: [Callback]
  ) throws -> History {
    guard epochs >= 0 else {
      throw TrainerError(.value, "fit: epochs must not be negative, but got \(got: epochs)")
    }
    let first = epoch
    let run = FitRun(epochs: (first, epochs), batches: batches.count)
    isStopping = false
    var begun: [Callback] = []
    do {
      for callback in callbacks {
        try callback.fitBegins(self, run)
        begun.append(callback)
      }
      while epoch - first < epochs && !isStopping {
        for callback in callbacks { try callback.epochBegins(self, epoch) }
        var logs = try trainEpoch(batches, classWeights, callbacks)
        if let validation {
          for entry in try measure(validation) { logs["val_" + entry.name] = entry.value }
        }
        logs["lr"] = optimizer.paramGroups.first?.lr
        history.epochs.append(logs)
        for callback in callbacks { try callback.epochEnded(self, logs) }
      }
      for callback in callbacks { try callback.fitEnded(self) }
    } catch {
      for callback in begun { callback.fitFailed(self, error) }
      throw error
    }
    return History(Array(history.epochs.dropFirst(first)))
  }

  /// Trains on the rows of `x` and `y`, in batches (Keras: `Model.fit`).
  ///
  /// - Parameters:
  ///   - x: the inputs, `[N, …]`.
  ///   - y: the targets, `[N, …]`.
  ///   - batchSize: the number of rows in a batch.
  ///   - epochs: the number of additional epochs.
  ///   - shuffle: whether to shuffle the rows in every epoch.
  ///   - validationSplit: the fraction of the rows, from 0 to below 1, to hold out and evaluate
  ///     after every epoch. These are the last rows before shuffling.
  ///   - validation: the data to evaluate after every epoch instead.
  ///   - sampleWeight: the weight of each row's loss, `[N]`. The loss needs `reduction: .none`.
  ///   - classWeight: the weights of rows by class, instead of `sampleWeight`.
  ///   - callbacks: callbacks, called in order at each stage.
  ///   - progress: the style of the progress display.
  /// - Returns: the epochs of this call.
  /// - Throws: like ``fit(_:epochs:validation:classWeight:callbacks:progress:)``; ``TrainerError``
  ///   `.value` for a split that leaves no rows on one side, and for arguments that exclude each
  ///   other.
  @discardableResult
  public func fit(
    _ x: Tensor, _ y: Tensor, batchSize: Int = 32, epochs: Int = 1, shuffle: Bool = true,
    validationSplit: Double = 0, validation: LabelledBatches? = nil, sampleWeight: Tensor? = nil,
    classWeight: [Int: Double]? = nil, callbacks: [Callback] = [],
    progress: ProgressBar = ProgressBar()
  ) throws -> History {
    guard sampleWeight == nil || classWeight == nil else {
      throw TrainerError(
        .value, "fit: sampleWeight and classWeight both say what a sample counts for; give one")
    }
    let rows = try Self.rows(x, y, sampleWeight)
    let held = try Self.heldBack(validationSplit, of: rows, validation != nil)
    func batches(_ first: Int, _ count: Int, _ size: Int, _ shuffle: Bool) throws -> TrainingBatches
    {
      func part(_ tensor: Tensor) throws -> Tensor { try tensor.narrow(0, first, count) }
      guard let sampleWeight else {
        let data = try TensorDataset(part(x), part(y))
        return TrainingBatches(try DataLoader(data, batchSize: size, shuffle: shuffle))
      }
      let data = try TensorDataset(part(x), part(y), part(sampleWeight))
      return TrainingBatches(try DataLoader(data, batchSize: size, shuffle: shuffle))
    }
    return try fit(
      batches(0, rows - held, batchSize, shuffle), epochs,
      held > 0
        ? batches(rows - held, held, batchSize, false) : validation.map { TrainingBatches($0) },
      classWeight.map { try ClassWeights($0) }, callbacks + [progress])
  }

  /// Returns the common number of rows of inputs, targets and weights.
  private static func rows(_ x: Tensor, _ y: Tensor, _ weights: Tensor?) throws -> Int {
    let rows = try TensorDataset(x, y).count
    if let weights, weights.ndim != 1 || weights.shape[0] != rows || weights.requiresGrad {
      throw TrainerError(
        .value,
        "fit: sampleWeight must have shape [\(rows)], a number without gradient for each row, but has shape \(weights.shape)"
      )
    }
    return rows
  }

  /// Returns the number of `rows` to evaluate instead of training on them.
  private static func heldBack(
    _ split: Double, of rows: Int, _ hasValidation: Bool
  ) throws -> Int {
    guard split >= 0 && split < 1 else {
      throw TrainerError(
        .value,
        "fit: validationSplit must be at least 0 and below 1, but is \(PrintedNumber.shortest(split))"
      )
    }
    if split == 0 { return 0 }
    guard !hasValidation else {
      throw TrainerError(
        .value, "fit: validation and validationSplit both say what to evaluate; give one")
    }
    let trained = Int((Double(rows) * (1 - split)).rounded(.down))
    guard trained > 0 && trained < rows else {
      throw TrainerError(
        .value,
        "fit: validationSplit \(PrintedNumber.shortest(split)) of \(rows) rows leaves \(trained) to train on and \(rows - trained) to evaluate; both need at least one"
      )
    }
    return rows - trained
  }

  private func trainEpoch(
    _ batches: TrainingBatches, _ classWeights: ClassWeights?, _ callbacks: [Callback]
  ) throws -> Logs {
    model.train()
    for metric in metrics { metric.reset() }
    isInEpoch = true
    defer { isInEpoch = false }
    var (sum, samples, number) = (0.0, 0, 0)
    let device = device
    for batch in batches {
      var batch = try batch.get()
      if let classWeights { batch.weights = try classWeights(batch.targets) }
      batch = try batch.to(device)
      let (value, prediction) = try trainStep(batch, number)
      let count = batch.inputs.shape.first ?? 1
      sum += value * weight(count)
      samples += count
      number += 1
      steps += 1
      for metric in metrics { try metric.update(prediction, batch.targets) }
      if callbacks.contains(where: { $0.wantsBatches }) {
        let logs = try self.logs(loss: sum / Double(samples))
        for callback in callbacks where callback.wantsBatches {
          try callback.batchEnded(self, number, logs)
        }
      }
    }
    guard number > 0 else {
      throw TrainerError(.value, "fit: there are no batches to train on")
    }
    return try logs(loss: sum / Double(max(samples, 1)))
  }

  /// Returns the weight of a batch's loss: its size if the loss is a mean, 1 if it is a sum.
  private func weight(_ samples: Int) -> Double {
    loss.reduction == .sum ? 1 : Double(samples)
  }

  /// Returns the loss of a batch.
  ///
  /// Targets that need broadcasting to the prediction are rejected, since the training would
  /// minimize something else than intended.
  private func compare(_ prediction: Tensor, _ batch: TrainingBatch) throws -> Tensor {
    let y = batch.targets
    do {
      let losses = try Warnings.with(.error, for: .broadcast) { try loss(prediction, y) }
      return try reduce(losses, batch.weights)
    } catch let warning as TensorWarning where warning.kind == .broadcast {
      throw TrainerError(
        .value,
        "the model's predictions have shape \(prediction.shape) and the targets \(y.shape), which \(loss.typeName) would broadcast; give both one shape, with unsqueeze(1) of the targets or flatten of the predictions"
      )
    }
  }

  /// Returns the mean of unreduced losses, each multiplied by its sample's weight.
  private func reduce(_ losses: Tensor, _ weights: Tensor?) throws -> Tensor {
    guard let weights else { return loss.reduction == .none ? try losses.mean() : losses }
    guard loss.reduction == .none else {
      throw TrainerError(
        .value,
        "weights are for the losses of single samples, but \(loss.typeName) gives one number for all of them; use reduction: .none"
      )
    }
    guard losses.shape.starts(with: weights.shape) else {
      throw TrainerError(
        .value,
        "the weights have shape \(weights.shape), but \(loss.typeName) gives losses of shape \(losses.shape)"
      )
    }
    let inner = Array(weights.ndim..<losses.ndim)
    let samples = inner.isEmpty ? losses : try losses.mean(dims: inner)
    return try (samples * weights.to(samples.dtype)).mean()
  }

  /// Returns the loss of a batch as a number.
  private func number(_ loss: Tensor) throws -> Double {
    guard loss.numel == 1 else {
      throw TrainerError(
        .value,
        "\(self.loss) gives a tensor of shape \(loss.shape), but one number is minimised; use reduction: .mean or .sum"
      )
    }
    return try loss.item()
  }

  /// Runs a training step on a batch; returns the loss before the update, and the prediction.
  private func trainStep(_ batch: TrainingBatch, _ index: Int) throws -> (Double, Tensor) {
    var first: (loss: Double, prediction: Tensor)?
    // An optimizer may compute the loss several times; the first one is that of the batch.
    try optimizer.step {
      let prediction = try forward(batch.inputs)
      let loss = try compare(prediction, batch)
      let value = try number(loss)
      guard value.isFinite else {
        // In the backward pass, detectAnomaly finds the operation that produced the value.
        if isAnomalyEnabled {
          optimizer.zeroGrad()
          defer { optimizer.zeroGrad() }
          try loss.backward()
        }
        throw TrainerError(
          .loss,
          "the loss is \(PrintedNumber.shortest(value)) at step \(steps + 1) (epoch \(epoch + 1), batch \(index + 1)); nothing was updated from it. Try a lower learning rate, clipGradNorm_, or detectAnomaly to find the operation"
        )
      }
      optimizer.zeroGrad()
      try loss.backward()
      if first == nil { first = (value, prediction.detach()) }
      return loss
    }
    guard let first else {
      throw TrainerError(.value, "\(optimizer) made a step without computing the loss")
    }
    return first
  }

  private func logs(loss: Double) throws -> Logs {
    var logs = Logs()
    logs["loss"] = loss
    for metric in metrics { logs[metric.name] = try metric.result() }
    return logs
  }

  // MARK: Evaluation

  /// Returns the loss and the metrics over `batches`, in evaluation mode (Keras: `Model.evaluate`).
  public func evaluate(_ batches: LabelledBatches) throws -> Logs {
    try measure(TrainingBatches(batches))
  }

  /// Returns the loss, weighted by sample, and the metrics over `batches`.
  public func evaluate(_ batches: WeightedBatches) throws -> Logs {
    try measure(TrainingBatches(batches))
  }

  /// Returns the loss and the metrics over the rows of `x` and `y`.
  public func evaluate(_ x: Tensor, _ y: Tensor, batchSize: Int = 32) throws -> Logs {
    let data = try TensorDataset(x, y)
    return try measure(TrainingBatches(DataLoader(data, batchSize: batchSize)))
  }

  private func measure(_ batches: TrainingBatches) throws -> Logs {
    // A callback may evaluate during an epoch, whose own metrics then continue.
    let running = isInEpoch ? metrics.map(\.state) : []
    let measured = Result { try measureAnew(batches) }
    for (metric, state) in zip(metrics, running) { try metric.loadState(state) }
    return try measured.get()
  }

  private func measureAnew(_ batches: TrainingBatches) throws -> Logs {
    for metric in metrics { metric.reset() }
    var (sum, samples) = (0.0, 0)
    let device = device
    try evaluating {
      for batch in batches {
        let batch = try batch.get().to(device)
        let prediction = try forward(batch.inputs)
        let count = batch.inputs.shape.first ?? 1
        sum += try number(compare(prediction, batch)) * weight(count)
        samples += count
        for metric in metrics { try metric.update(prediction, batch.targets) }
      }
    }
    return try logs(loss: samples == 0 ? .nan : sum / Double(samples))
  }

  private func evaluating<R>(_ body: () throws -> R) throws -> R {
    try model.inMode(training: false) { try noGrad(body) }
  }

  // MARK: Prediction

  /// Returns the model's outputs for the rows of `x`, in evaluation mode (Keras: `Model.predict`).
  ///
  /// - Throws: ``TrainerError`` `.value` for a batch size below 1; any error of the model.
  public func predict(_ x: Tensor, batchSize: Int = 32) throws -> Tensor {
    guard batchSize > 0 else {
      throw TrainerError(.value, "predict: the batch size has to be positive, but is \(batchSize)")
    }
    guard let rows = x.shape.first else {
      throw TensorError(.shape, "predict", "expected inputs [N, …], but got a 0-dimensional tensor")
    }
    let device = device
    return try evaluating {
      var parts: [Tensor] = []
      var start = 0
      repeat {
        let count = min(batchSize, rows - start)
        parts.append(try forward(x.narrow(0, start, count).to(device)))
        start += count
      } while start < rows
      return try Tensor.cat(parts)
    }
  }
}
