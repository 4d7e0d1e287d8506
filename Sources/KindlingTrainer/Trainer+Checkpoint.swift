import KindlingCore
import KindlingIO
import KindlingNN
import KindlingOptim

extension Trainer {
  /// Saves model, loss, optimizer, metrics and history to a `.pth` file (Keras: `Model.save`).
  ///
  /// `torch.load` can read the file.
  ///
  /// - Throws: `CheckpointError` if the file cannot be written; an existing file is then unchanged.
  public func save(to path: String) throws {
    try KindlingIO.save(checkpoint(), to: path)
  }

  /// Returns the checkpoint that ``save(to:)`` writes.
  public func checkpoint() throws -> CheckpointValue {
    [
      "model": CheckpointValue(try model.stateDict()), "optimizer": optimizer.stateDict(),
      "loss": .string(loss.description),
      "metrics": .dictionary(metrics.map { (.string($0.name), $0.state) }),
      "steps": .int(steps),
      "history": .list(
        history.epochs.map { logs in
          .dictionary(logs.map { (.string($0.name), .double($0.value)) })
        }),
    ]
  }

  /// Restores the state of an identically compiled trainer.
  ///
  /// - Throws: `CheckpointError` for an unreadable file; ``TrainerError`` `.checkpoint` for another
  ///   loss or other metrics; `TensorError` if the state does not match the model or the optimizer.
  ///   In these cases the trainer is unchanged.
  public func load(from path: String) throws {
    let saved = try KindlingIO.load(path)
    guard let weights = saved["model"]?.stateDict, let optimizerState = saved["optimizer"],
      let steps = saved["steps"]?.intValue, steps >= 0, steps < 1 << 53,
      let epochs = saved["history"]?.elements, epochs.count <= 1 << 20,
      epochs.allSatisfy({ ($0.pairs?.count ?? 0) <= 1 << 10 }), let states = saved["metrics"]?.pairs
    else {
      throw TrainerError(.checkpoint, "\(path) holds no training saved by Trainer.save(to:)")
    }
    let name = saved["loss"]?.stringValue ?? "none"
    guard name == loss.description else {
      throw TrainerError(
        .checkpoint,
        "\(path) was trained with the loss \(name), but this trainer has \(loss.description)")
    }
    let names = states.compactMap(\.key.stringValue)
    guard names == metrics.map(\.name) else {
      throw TrainerError(
        .checkpoint, "\(path) has the metrics \(names), but this trainer has \(metrics.map(\.name))"
      )
    }
    let before = try StateDict(model.stateDict().map { ($0.key, try $0.value.clone()) })
    let measured = metrics.map(\.state)
    do {
      for (metric, state) in zip(metrics, states) { try metric.loadState(state.value) }
      try model.loadStateDict(weights)
      // Last, because it changes either nothing or everything.
      try optimizer.loadStateDict(optimizerState)
    } catch {
      for (metric, state) in zip(metrics, measured) { try metric.loadState(state) }
      try model.loadStateDict(before)
      throw error
    }
    self.steps = steps
    history.epochs = epochs.map { epoch in
      var logs = Logs()
      for (key, value) in epoch.pairs ?? [] {
        if let name = key.stringValue { logs[name] = value.doubleValue }
      }
      return logs
    }
  }
}
