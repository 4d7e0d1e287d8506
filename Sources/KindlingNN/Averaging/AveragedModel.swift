public import KindlingCore

/// The rule by which parameters are averaged over training steps.
public enum Averaging {
  /// Stochastic weight averaging: the equally weighted mean of all models so far.
  case swa
  /// Exponential moving average with the given decay (PyTorch: `get_ema_multi_avg_fn`).
  case ema(decay: Double = 0.999)
  /// A function of the average, the current value and the number of models averaged so far.
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

/// A model whose parameters are the running average of another model's parameters
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
  /// The number of models averaged so far, an int64 scalar.
  @Buffer public private(set) var nAveraged: Tensor
  private let averaging: Averaging
  private let useBuffers: Bool

  /// Creates an average that starts as a copy of `model`.
  ///
  /// - Parameters:
  ///   - model: the model to average; it is not modified.
  ///   - averaging: the averaging rule.
  ///   - useBuffers: whether to average buffers too. Otherwise they are copied from the latest
  ///     model.
  ///   - copy: a closure that builds a model of the same structure as `model`; its values are
  ///     overwritten. It consumes no random numbers of the default generator.
  /// - Throws: `TensorError` `.value` for a decay outside [0, 1], or if the copy's keys or shapes
  ///   differ from the model's.
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

  /// Returns the output of the averaged model for the input `x`.
  public func forward(_ x: Tensor) throws -> Tensor { try module(x) }

  /// Updates the average with the model's current parameters
  /// (PyTorch: `AveragedModel.update_parameters`).
  ///
  /// - Throws: `TensorError` `.value` if the parameters or buffers of `model` differ in structure.
  public func updateParameters(_ model: any Layer) throws {
    let own = (module.parameters(), module.buffers()), new = (model.parameters(), model.buffers())
    for (a, b) in [(own.0, new.0), (own.1, new.1)] {
      try require(
        a.map(\.shape) == b.map(\.shape), .value, "updateParameters",
        "the model's parameters or buffers have shapes \(b.map(\.shape)), but those averaged have \(a.map(\.shape))"
      )
    }
    try noGrad {
      let count = try nAveraged.item(as: Int.self)
      try require(
        count >= 0, .value, "updateParameters", "n_averaged must not be negative, but is \(count)")
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

/// Recomputes the running statistics of all batch normalization layers of `model` over `batches`
/// (PyTorch: `torch.optim.swa_utils.update_bn`).
///
/// Averaged parameters produce other activations than those the recorded statistics describe.
/// - Throws: any error of a batch or of the model. The layers' momenta and modes are restored in
///   that case too.
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

/// Calls ``updateBN(_:_:)`` with the inputs of labelled batches.
public func updateBN(
  _ batches: some Sequence<Result<(Tensor, Tensor), any Error>>, _ model: any Layer
) throws {
  try updateBN(batches.lazy.map { batch in batch.map(\.0) }, model)
}
