import KindlingCore

/// The state of L-BFGS; as in PyTorch it is the state of the first parameter.
final class LBFGSState: ParameterState {
  var evaluations = 0
  var iterations = 0
  var direction: Tensor?
  var stepSize: LBFGSNumber = 0.0
  /// The gradient changes, the steps that caused them, and the reciprocals of their products.
  var history: [(change: Tensor, step: Tensor, ro: LBFGSNumber)] = []
  var diagonal: LBFGSNumber = 1.0
  /// The factors of the latest direction, oldest first; empty before the first one.
  var factors: [LBFGSNumber] = []
  var gradient: Tensor?
  var loss: LBFGSNumber = 0.0

  /// Returns the state in PyTorch's form.
  func saved(historySize: Int) -> [(name: String, value: CheckpointValue)] {
    if evaluations == 0 { return [] }
    var result: [(name: String, value: CheckpointValue)] = [
      ("func_evals", .int(evaluations)), ("n_iter", .int(iterations)),
    ]
    guard let direction, let gradient else { return result }
    if !factors.isEmpty {
      let padding = max(0, historySize - factors.count)
      result.append(
        ("al", .list(factors.map(\.saved) + Array(repeating: .none, count: padding))))
    }
    result += [
      ("d", .tensor(direction)), ("t", stepSize.saved),
      ("old_dirs", .list(history.map { .tensor($0.change) })),
      ("old_stps", .list(history.map { .tensor($0.step) })),
      ("ro", .list(history.map(\.ro.saved))), ("H_diag", diagonal.saved),
      ("prev_flat_grad", .tensor(gradient)), ("prev_loss", loss.saved),
    ]
    return result
  }

  /// Restores the result of ``saved(historySize:)``, or PyTorch's, for flat vectors of `count`
  /// elements.
  func restore(_ saved: [(name: String, value: CheckpointValue)], count: Int) throws {
    let entries = Dictionary(saved.map { ($0.name, $0.value) }) { $1 }
    func flaw(_ name: String) -> TensorError {
      TensorError(.value, "", "'\(name)' in the loaded state dict is none of LBFGS")
    }
    func vector(_ value: CheckpointValue, _ name: String) throws -> Tensor {
      guard let tensor = value.tensorValue, tensor.shape == [count] else { throw flaw(name) }
      return try tensor.to(parameter.dtype).clone()
    }
    func vectors(_ name: String) throws -> [Tensor] {
      guard let items = entries[name]?.elements else { throw flaw(name) }
      // A file may refer to one tensor many times; each occurrence is copied.
      try Layout.checkList(items.count, bytes: max(1, count) * parameter.dtype.byteSize, "LBFGS")
      return try items.map { try vector($0, name) }
    }
    func numbers(_ name: String) throws -> [LBFGSNumber] {
      try (entries[name]?.elements ?? []).compactMap { try LBFGSNumber($0) }
    }
    guard let evaluations = entries["func_evals"]?.intValue, evaluations >= 0,
      evaluations < 1 << 52
    else { throw flaw("func_evals") }
    guard let iterations = entries["n_iter"]?.intValue, iterations >= 0, iterations < 1 << 52
    else { throw flaw("n_iter") }
    (self.evaluations, self.iterations) = (evaluations, iterations)
    guard let saved = entries["d"] else { return }
    direction = try vector(saved, "d")
    guard let saved = entries["prev_flat_grad"] else { throw flaw("prev_flat_grad") }
    gradient = try vector(saved, "prev_flat_grad")
    let (changes, steps, ro) = (try vectors("old_dirs"), try vectors("old_stps"), try numbers("ro"))
    guard changes.count == steps.count, steps.count == ro.count else { throw flaw("ro") }
    history = zip(zip(changes, steps), ro).map { ($0.0, $0.1, $1) }
    factors = try numbers("al")
    guard let stepSize = try LBFGSNumber(entries["t"]) else { throw flaw("t") }
    guard let diagonal = try LBFGSNumber(entries["H_diag"]) else { throw flaw("H_diag") }
    guard let loss = try LBFGSNumber(entries["prev_loss"]) else { throw flaw("prev_loss") }
    (self.stepSize, self.diagonal, self.loss) = (stepSize, diagonal, loss)
  }
}
