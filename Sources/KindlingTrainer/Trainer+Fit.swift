public import KindlingCore
import KindlingData
import KindlingNN
import KindlingOptim

extension Trainer {
  /// Trains for `epochs` more epochs (Keras: `Model.fit`).
  ///
  /// - Parameters:
  ///   - batches: what to train on, such as a `DataLoader` of pairs; gone through once an epoch.
  ///   - epochs: how many more.
  ///   - validation: what to evaluate after every epoch.
  ///   - callbacks: called in order at each stage.
  ///   - progress: how the training is shown.
  /// - Returns: the epochs of this call. ``history`` keeps them too, also where an error is thrown.
  /// - Throws: ``TrainerError`` `.loss` at the first loss that is NaN or infinite, before anything
  ///   is updated from it, `.value` where there are no batches or a loss is more than one number;
  ///   whatever data, model and callbacks throw.
  @discardableResult
  public func fit(
    _ batches: LabelledBatches, epochs: Int = 1, validation: LabelledBatches? = nil,
    callbacks: [Callback] = [], progress: ProgressBar = ProgressBar()
  ) throws -> History {
    guard epochs >= 0 else {
      throw TrainerError(.value, "fit: epochs must not be negative, but got \(epochs)")
    }
    let callbacks = callbacks + [progress]
    let first = epoch
    let count = (batches as? any CountedBatches)?.count ?? batches.underestimatedCount
    let run = FitRun(epochs: (first, epochs), batches: count)
    isStopping = false
    var begun: [Callback] = []
    do {
      for callback in callbacks {
        try callback.fitBegins(self, run)
        begun.append(callback)
      }
      while epoch - first < epochs && !isStopping {
        for callback in callbacks { try callback.epochBegins(self, epoch) }
        var logs = try trainEpoch(batches, callbacks)
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

  /// Trains on the rows of `x`, which should give those of `y`, in batches (Keras: `Model.fit`).
  @discardableResult
  public func fit(
    _ x: Tensor, _ y: Tensor, batchSize: Int = 32, epochs: Int = 1, shuffle: Bool = true,
    validation: LabelledBatches? = nil, callbacks: [Callback] = [],
    progress: ProgressBar = ProgressBar()
  ) throws -> History {
    let data = try TensorDataset(x, y)
    return try fit(
      DataLoader(data, batchSize: batchSize, shuffle: shuffle), epochs: epochs,
      validation: validation, callbacks: callbacks, progress: progress)
  }

  private func trainEpoch(_ batches: LabelledBatches, _ callbacks: [Callback]) throws -> Logs {
    model.train()
    for metric in metrics { metric.reset() }
    isInEpoch = true
    defer { isInEpoch = false }
    var (sum, samples, number) = (0.0, 0, 0)
    let device = device
    for batch in batches {
      let (inputs, targets) = try batch.get()
      let (x, y) = (try inputs.to(device), try targets.to(device))
      let (value, prediction) = try trainStep(x, y, batch: number)
      let count = x.shape.first ?? 1
      sum += value * weight(count)
      samples += count
      number += 1
      steps += 1
      for metric in metrics { try metric.update(prediction, y) }
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

  /// What a batch's loss counts for: it is the mean over its samples, or their sum already.
  private func weight(_ samples: Int) -> Double {
    loss.reduction == .sum ? 1 : Double(samples)
  }

  /// The loss of one batch; targets that only broadcast with the prediction are refused, since they
  /// train something else than what was meant.
  private func compare(_ prediction: Tensor, _ y: Tensor) throws -> Tensor {
    do {
      return try Warnings.with(.error, for: .broadcast) { try loss(prediction, y) }
    } catch let warning as TensorWarning where warning.kind == .broadcast {
      throw TrainerError(
        .value,
        "the model's predictions have shape \(prediction.shape) and the targets \(y.shape), which \(loss.typeName) would broadcast; give both one shape, with unsqueeze(1) of the targets or flatten of the predictions"
      )
    }
  }

  /// The loss of one batch as a number.
  private func number(_ loss: Tensor) throws -> Double {
    guard loss.numel == 1 else {
      throw TrainerError(
        .value,
        "\(self.loss) gives a tensor of shape \(loss.shape), but one number is minimised; use reduction: .mean or .sum"
      )
    }
    return try loss.item()
  }

  /// One update from one batch: the loss before it, and the prediction.
  private func trainStep(_ x: Tensor, _ y: Tensor, batch: Int) throws -> (Double, Tensor) {
    var first: (loss: Double, prediction: Tensor)?
    // An optimizer may compute the loss several times; the first is the batch's.
    try optimizer.step {
      let prediction = try forward(x)
      let loss = try compare(prediction, y)
      let value = try number(loss)
      guard value.isFinite else {
        // The operation that made it is what detectAnomaly finds on the way back.
        if isAnomalyEnabled {
          optimizer.zeroGrad()
          defer { optimizer.zeroGrad() }
          try loss.backward()
        }
        throw TrainerError(
          .loss,
          "the loss is \(PrintedNumber.shortest(value)) at step \(steps + 1) (epoch \(epoch + 1), batch \(batch + 1)); nothing was updated from it. Try a lower learning rate, clipGradNorm_, or detectAnomaly to find the operation"
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

  // MARK: Evaluating

  /// The loss and the metrics over `batches`, in evaluation mode (Keras: `Model.evaluate`).
  public func evaluate(_ batches: LabelledBatches) throws -> Logs { try measure(batches) }

  /// The loss and the metrics over the rows of `x` and `y`.
  public func evaluate(_ x: Tensor, _ y: Tensor, batchSize: Int = 32) throws -> Logs {
    let data = try TensorDataset(x, y)
    return try measure(DataLoader(data, batchSize: batchSize))
  }

  private func measure(_ batches: LabelledBatches) throws -> Logs {
    // A callback may ask in the middle of an epoch, whose own numbers go on afterwards.
    let running = isInEpoch ? metrics.map(\.state) : []
    let measured = Result { try measureAnew(batches) }
    for (metric, state) in zip(metrics, running) { try metric.loadState(state) }
    return try measured.get()
  }

  private func measureAnew(_ batches: LabelledBatches) throws -> Logs {
    for metric in metrics { metric.reset() }
    var (sum, samples) = (0.0, 0)
    let device = device
    try evaluating {
      for batch in batches {
        let (inputs, targets) = try batch.get()
        let (x, y) = (try inputs.to(device), try targets.to(device))
        let prediction = try forward(x)
        let count = x.shape.first ?? 1
        sum += try number(compare(prediction, y)) * weight(count)
        samples += count
        for metric in metrics { try metric.update(prediction, y) }
      }
    }
    return try logs(loss: samples == 0 ? .nan : sum / Double(samples))
  }

  private func evaluating<R>(_ body: () throws -> R) throws -> R {
    try model.inMode(training: false) { try noGrad(body) }
  }

  // MARK: Predicting

  /// The model's outputs for the rows of `x`, in evaluation mode (Keras: `Model.predict`).
  ///
  /// - Throws: ``TrainerError`` `.value` for a batch size below 1; what the model throws.
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
