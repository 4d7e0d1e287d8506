public import KindlingCore

/// How parameters are averaged over time.
public enum Averaging {
  /// All with equal weight: stochastic weight averaging.
  case swa
  /// Exponentially: `decay` of the average stays (PyTorch: `get_ema_multi_avg_fn`).
  case ema(decay: Double = 0.999)
  /// By a function of the average, the model's value and the number averaged so far.
  case custom((_ averaged: Tensor, _ current: Tensor, _ count: Int) throws -> Tensor)

  fileprivate func update(_ averaged: Tensor, _ current: Tensor, _ count: Int) throws {
    switch self {
    case .swa: try averaged.copy_(averaged + (current - averaged) / (Double(count) + 1))
    case .ema(let decay):
      if averaged.dtype.isFloatingPoint {
        try averaged.lerp_(current, weight: 1 - decay)
      } else {
        try averaged.copy_(averaged * decay + current * (1 - decay))
      }
    case .custom(let function): try averaged.copy_(function(averaged, current, count))
    }
  }
}

/// The average of a model's parameters over its training
/// (PyTorch: `torch.optim.swa_utils.AveragedModel`).
///
/// ```swift
/// let averaged = try AveragedModel(model, .ema(decay: 0.99)) { NeuralNetwork() }
/// // after each step
/// try averaged.updateParameters(model)
/// ```
/// - Source: Izmailov et al., *Averaging Weights Leads to Wider Optima and Better Generalization*,
///   arXiv:1803.05407.
public final class AveragedModel: Module, Layer {
  /// The model with the averaged parameters.
  public let module: any Layer
  /// How many models were averaged: a number, int64.
  @Buffer public private(set) var nAveraged: Tensor
  private let averaging: Averaging
  private let useBuffers: Bool

  /// An average that starts as a copy of `model`.
  ///
  /// - Parameters:
  ///   - model: what is averaged; it stays as it is.
  ///   - averaging: how later models come in.
  ///   - useBuffers: whether buffers are averaged too, rather than taken over from the latest
  ///     model.
  ///   - copy: builds a model like `model`, whose values are replaced; it draws nothing from the
  ///     default generator.
  /// - Throws: `TensorError` `.value` for a decay outside [0, 1], and where the copy's keys or
  ///   shapes differ.
  public init(
    _ model: any Layer, _ averaging: Averaging = .swa, useBuffers: Bool = false,
    copy: () throws -> any Layer
  ) throws {
    if case .ema(let decay) = averaging, !(0...1).contains(decay) {
      throw TensorError(
        .value, "",
        "Invalid decay value \(decay) provided. Please provide a value in [0,1] range.")
    }
    module = try withDefaultGenerator(Generator(seed: 0)) { try copy() }
    nAveraged = Tensor(0)
    self.averaging = averaging
    self.useBuffers = useBuffers
    super.init()
    try module.loadStateDict(model.stateDict())
    if let device = model.parameters().first?.device { try to(device) }
  }

  /// What the averaged model makes of `x`.
  public func forward(_ x: Tensor) throws -> Tensor { try module(x) }

  /// Takes the model's present parameters into the average
  /// (PyTorch: `AveragedModel.update_parameters`).
  ///
  /// - Throws: `TensorError` `.value` where `model` has other parameters or buffers.
  public func updateParameters(_ model: any Layer) throws {
    let own = (module.parameters(), module.buffers()), new = (model.parameters(), model.buffers())
    for (a, b) in [(own.0, new.0), (own.1, new.1)] {
      guard a.map(\.shape) == b.map(\.shape) else {
        throw TensorError(
          .value, "updateParameters",
          "the model's parameters or buffers have shapes \(b.map(\.shape)), but those averaged have \(a.map(\.shape))"
        )
      }
    }
    try noGrad {
      let count = try nAveraged.item(as: Int.self)
      guard count >= 0 else {
        throw TensorError(
          .value, "updateParameters", "n_averaged must not be negative, but is \(count)")
      }
      let averaged = useBuffers ? own.0 + own.1 : own.0,
        current = useBuffers ? new.0 + new.1 : new.0
      for (average, value) in zip(averaged, current) {
        let value = try value.detach().to(average.device)
        if count == 0 {
          try average.copy_(value)
        } else {
          try averaging.update(average, value, count)
        }
      }
      if !useBuffers {
        for (buffer, value) in zip(own.1, new.1) { try buffer.copy_(value.to(buffer.device)) }
      }
      try nAveraged.add_(1)
    }
  }
}

/// Computes the running statistics of all batch normalisations of `model` anew, as those of all
/// `batches` (PyTorch: `torch.optim.swa_utils.update_bn`).
///
/// Averaged parameters make other activations than those whose statistics the model has.
/// - Throws: what a batch or the model throws; the layers' momenta and modes are then as before.
public func updateBN(
  _ batches: some Sequence<Result<Tensor, any Error>>, _ model: any Layer
) throws {
  let layers = model.modules().compactMap { $0 as? BatchNormalization }
  if layers.isEmpty { return }
  let momenta = layers.map(\.writtenMomentum)
  for layer in layers {
    try layer.resetRunningStats()
    layer.momentum = nil
  }
  defer { for (layer, momentum) in zip(layers, momenta) { layer.writtenMomentum = momentum } }
  try model.inMode(training: true) {
    try noGrad {
      let device = model.parameters().first?.device ?? .cpu
      for batch in batches { _ = try model(batch.get().to(device)) }
    }
  }
}

/// ``updateBN(_:_:)`` with the inputs of labelled batches.
public func updateBN(
  _ batches: some Sequence<Result<(Tensor, Tensor), any Error>>, _ model: any Layer
) throws {
  try updateBN(batches.lazy.map { batch in batch.map(\.0) }, model)
}
