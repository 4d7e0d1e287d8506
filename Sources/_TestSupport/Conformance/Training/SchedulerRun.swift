import Kindling

/// A case of a learning-rate schedule: the learning rates after each step.
final class SchedulerRun {
  private let test: ConformanceCase
  private let file: TensorFile
  private var phase = "construction"
  private var steps = 0

  init(_ test: ConformanceCase, _ file: TensorFile) {
    self.test = test
    self.file = file
  }

  /// Runs the case and returns its outcome.
  func verdict() -> Verdict {
    do {
      if let problem = try run() { return .failed(problem) }
      return test.expectsError
        ? .failed("returned, where PyTorch refuses: \(test.json["error"]?.string ?? "")") : .passed
    } catch let error as UnsupportedError {
      return .unsupported("\(error)")
    } catch let error as TensorError where test.expectsError {
      return verdict(of: error)
    } catch {
      return .failed("threw \(error)")
    }
  }

  /// Returns whether an error is thrown at the right time.
  ///
  /// An error that depends on the arguments alone may be thrown before their use; otherwise the
  /// last step throws.
  private func verdict(of error: TensorError) -> Verdict {
    let expected = test.json["phase"]?.string
    // The recorded count is that of the last step, or one more if the schedule itself counts.
    if phase == "step", expected == "step", steps < (test.json["steps"]?.int ?? 0) - 1 {
      return .failed("threw in step \(steps): \(error)")
    }
    return phase == expected || phase == "construction"
      ? .passed : .failed("threw in the phase \(phase): \(error)")
  }

  private func build() throws -> (Optimizer, LRScheduler) {
    let options = try (test.json["options"]?.object ?? [:]).mapValues {
      try ArgumentValue($0, file)
    }
    let groups = try (test.json["groups"]?.array ?? []).map { json in
      var group = ParamGroup([try Tensor.zeros([2]).requiresGrad_()])
      for (name, value) in json.object ?? [:] {
        group[name] = try ArgumentValue(value, file).checkpointValue()
      }
      return group
    }
    let optimizer = try OptimizerTable.all.build(
      test.json["optimizer"]?.string ?? "", groups, options)
    return (
      optimizer, try SchedulerTable.all.build(test.json["scheduler"] ?? .null, optimizer, file)
    )
  }

  private func run() throws -> String? {
    var (optimizer, scheduler) = try build()
    phase = "step"
    if let problem = try check(optimizer, scheduler, 0) { return problem }
    for step in 1...max(test.json["steps"]?.int ?? 0, 1) where step <= test.json["steps"]?.int ?? 0
    {
      steps = step
      try optimizer.step()
      try advance(scheduler, step)
      if test.json["reload_after"]?.int == step {
        let saved = (optimizer.stateDict(), scheduler.stateDict())
        (optimizer, scheduler) = try build()
        try optimizer.loadStateDict(saved.0)
        try scheduler.loadStateDict(saved.1)
      }
      if let problem = try check(optimizer, scheduler, step) { return problem }
    }
    return nil
  }

  private func advance(_ scheduler: LRScheduler, _ step: Int) throws {
    if let metric = test.json["metrics"]?.array?[step - 1].double {
      guard let plateau = scheduler as? ReduceLROnPlateau else {
        throw UnsupportedError("metrics of \(test.op)")
      }
      try plateau.step(metric)
    } else if let epoch = test.json["epochs"]?.array?[step - 1].double {
      guard let restarts = scheduler as? CosineAnnealingWarmRestarts else {
        throw UnsupportedError("epochs of \(test.op)")
      }
      try restarts.step(epoch: epoch)
    } else {
      try scheduler.step()
    }
  }

  /// Returns what is wrong with the learning rates and momenta after `step` steps.
  private func check(_ optimizer: Optimizer, _ scheduler: LRScheduler, _ step: Int) throws
    -> String?
  {
    let momenta = try optimizer.paramGroups.map { group in
      group["betas"] == nil ? try? group.number("momentum") : try group.pair("betas").0
    }
    for (name, own) in [
      ("lrs", optimizer.paramGroups.map(\.lr)), ("lrs", scheduler.getLastLr()),
      ("momenta", momenta.map { $0 ?? .nan }),
    ] {
      guard let stored = test.json[name]?.string else { continue }
      let expected = try Elements(file.tensor(stored).select(0, step)).doubles
      for (x, y) in zip(own, expected)
      where !isClose(x, y, rtol: test.rtol, atol: test.atol) || own.count != expected.count {
        return "\(name) after \(step) steps are \(own), expected \(expected)"
      }
    }
    return nil
  }
}
