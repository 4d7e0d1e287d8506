import KindlingCore
import KindlingIO
import KindlingNN
import KindlingOptim

extension Trainer {
  /// Saves model, loss, optimizer, metrics and history in one `.pth` file, which `torch.load` reads too
  /// (Keras: `Model.save`).
  ///
  /// - Throws: `CheckpointError` where the file cannot be written; the old one then stays.
  public func save(to path: String) throws {
    try KindlingIO.save(checkpoint(), to: path)
  }

  /// What ``save(to:)`` writes.
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

  /// Takes over what an equally compiled trainer saved.
  ///
  /// - Throws: `CheckpointError` for an unreadable file; ``TrainerError`` `.checkpoint` where it holds
  ///   another loss or other metrics; `TensorError` where it does not fit the model or the optimizer.
  ///   Then the trainer is as before.
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
      // The last, since it changes nothing that it does not take over whole.
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
