import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let activations = plain + shaped + dropout

  private static let plain = [
    inplace(ReLU.self) { ReLU(inplace: $0) },
    // In PyTorch, this is a Hardtanh with its attributes.
    activation(ReLU6.self, { ["min_val": 0.0, "max_val": 6.0, "inplace": .bool($0.inplace)] }) {
      ReLU6(inplace: try $0.bool("inplace"))
    },
    inplace(SiLU.self) { SiLU(inplace: $0) }, inplace(Mish.self) { Mish(inplace: $0) },
    inplace(SELU.self) { SELU(inplace: $0) }, inplace(Hardswish.self) { Hardswish(inplace: $0) },
    inplace(Hardsigmoid.self) { Hardsigmoid(inplace: $0) },
    activation(Sigmoid.self) { _ in Sigmoid() }, activation(Tanh.self) { _ in Tanh() },
    activation(Softsign.self) { _ in Softsign() },
    activation(Tanhshrink.self) { _ in Tanhshrink() },
    activation(LogSigmoid.self) { _ in LogSigmoid() },
    activation(Softmax2d.self) { _ in Softmax2d() },
    activation(Softmax.self, { ["dim": .optional($0.dim)] }) {
      Softmax(dim: try $0.optionalInt("dim"))
    },
    activation(LogSoftmax.self, { ["dim": .optional($0.dim)] }) {
      LogSoftmax(dim: try $0.optionalInt("dim"))
    },
    activation(Softmin.self, { ["dim": .optional($0.dim)] }) {
      Softmin(dim: try $0.optionalInt("dim"))
    },
    activation(GLU.self, { ["dim": .int($0.dim)] }) { GLU(try $0.int("dim")) },
  ]

  private static let shaped = [
    activation(
      LeakyReLU.self,
      { ["negative_slope": .scalar($0.negativeSlope), "inplace": .bool($0.inplace)] }
    ) { LeakyReLU(try $0.scalar("negative_slope"), inplace: try $0.bool("inplace")) },
    activation(GELU.self, { ["approximate": .string($0.approximate.rawValue)] }) {
      guard let kind = GELUApproximation(rawValue: try $0.string("approximate")) else {
        throw CheckpointError.corrupt("\($0.className) has an unknown approximation")
      }
      return GELU(approximate: kind)
    },
    activation(ELU.self, { ["alpha": .scalar($0.alpha), "inplace": .bool($0.inplace)] }) {
      ELU(alpha: try $0.scalar("alpha"), inplace: try $0.bool("inplace"))
    },
    activation(CELU.self, { ["alpha": .scalar($0.alpha), "inplace": .bool($0.inplace)] }) {
      CELU(alpha: try $0.scalar("alpha"), inplace: try $0.bool("inplace"))
    },
    activation(
      Hardtanh.self,
      {
        [
          "min_val": .scalar($0.minVal), "max_val": .scalar($0.maxVal),
          "inplace": .bool($0.inplace),
        ]
      }
    ) {
      Hardtanh(try $0.scalar("min_val"), try $0.scalar("max_val"), inplace: try $0.bool("inplace"))
    },
    activation(Softplus.self, { ["beta": .scalar($0.beta), "threshold": .scalar($0.threshold)] }) {
      Softplus(beta: try $0.scalar("beta"), threshold: try $0.scalar("threshold"))
    },
    activation(Hardshrink.self, { ["lambd": .scalar($0.lambd)] }) {
      Hardshrink(try $0.scalar("lambd"))
    },
    activation(Softshrink.self, { ["lambd": .scalar($0.lambd)] }) {
      Softshrink(try $0.scalar("lambd"))
    },
    activation(
      Threshold.self,
      {
        [
          "threshold": .scalar($0.threshold), "value": .scalar($0.value),
          "inplace": .bool($0.inplace),
        ]
      }
    ) {
      Threshold(try $0.scalar("threshold"), try $0.scalar("value"), inplace: try $0.bool("inplace"))
    },
    activation(
      RReLU.self,
      { ["lower": .scalar($0.lower), "upper": .scalar($0.upper), "inplace": .bool($0.inplace)] }
    ) { RReLU(try $0.scalar("lower"), try $0.scalar("upper"), inplace: try $0.bool("inplace")) },
    activation(
      PReLU.self, { ["num_parameters": .int($0.numParameters), "init": .double($0.initial)] }
    ) {
      let count = try $0.int("num_parameters")
      try $0.require("weight", [count])
      return PReLU(count, initial: try $0.double("init"))
    },
  ]

  private static let dropout = [
    dropout(Dropout.self) { Dropout($0, inplace: $1) },
    dropout(Dropout1d.self) { Dropout1d($0, inplace: $1) },
    dropout(Dropout2d.self) { Dropout2d($0, inplace: $1) },
    dropout(Dropout3d.self) { Dropout3d($0, inplace: $1) },
    dropout(AlphaDropout.self) { AlphaDropout($0, inplace: $1) },
    dropout(FeatureAlphaDropout.self) { FeatureAlphaDropout($0, inplace: $1) },
  ]

  private static func activation<Layer: Module>(
    _ type: Layer.Type, _ attributes: @escaping @Sendable (Layer) -> CheckpointValue = { _ in [:] },
    make: @escaping @Sendable (SavedModule) throws -> Layer
  ) -> ModuleForm {
    ModuleForm(type, "torch.nn.modules.activation.\(type)", attributes: attributes, make: make)
  }

  private static func inplace<Layer: InplaceActivation>(
    _ type: Layer.Type, make: @escaping @Sendable (Bool) -> Layer
  ) -> ModuleForm {
    activation(type, { ["inplace": .bool($0.inplace)] }) { make(try $0.bool("inplace")) }
  }

  private static func dropout<Layer: DropoutLayer>(
    _ type: Layer.Type, make: @escaping @Sendable (Scalar, Bool) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.dropout.\(type)",
      attributes: { ["p": .scalar($0.writtenP), "inplace": .bool($0.inplace)] },
      make: { make(try $0.scalar("p"), try $0.bool("inplace")) })
  }
}

extension CheckpointValue {
  /// Returns a number with its type.
  static func scalar(_ value: Scalar) -> CheckpointValue {
    switch value {
    case .bool(let b): .bool(b)
    case .int(let i): .int(i)
    case .double(let d): .double(d)
    }
  }
}

extension SavedModule {
  /// Returns the attribute `name` as a number, with its type.
  func scalar(_ name: String) throws -> Scalar {
    if let whole = value(name)?.intValue { return .int(whole) }
    return .double(try double(name))
  }

  /// Returns the attribute `name` as a number, or nil if it is `None`.
  func optionalScalar(_ name: String) throws -> Scalar? {
    if case .some(CheckpointValue.none) = value(name) { return nil }
    return try scalar(name)
  }
}
