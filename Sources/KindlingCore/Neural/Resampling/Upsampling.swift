/// The interpolation algorithm (PyTorch: `mode=` of `F.interpolate`).
public enum UpsampleMode: String, Sendable {
  /// The nearest element, computed from element corners.
  case nearest
  /// The nearest element, computed from element centres.
  case nearestExact = "nearest-exact"
  /// Linear, for `[N, C, L]`.
  case linear
  /// Bilinear, for `[N, C, H, W]`.
  case bilinear
  /// Bicubic, for `[N, C, H, W]`.
  case bicubic
  /// Trilinear, for `[N, C, D, H, W]`.
  case trilinear
  /// Adaptive average pooling.
  case area

  /// The supported numbers of spatial dimensions.
  package var ranks: ClosedRange<Int> {
    switch self {
    case .nearest, .nearestExact, .area: 1...3
    case .linear: 1...1
    case .bilinear, .bicubic: 2...2
    case .trilinear: 3...3
    }
  }
  package var isSmooth: Bool {
    switch self {
    case .nearest, .nearestExact, .area: false
    case .linear, .bilinear, .bicubic, .trilinear: true
    }
  }
}

extension Tensor {
  /// Resizes the spatial dimensions, the last ones, to `size`; without factors, by the ratios of
  /// the sizes.
  package func upsampled(
    _ size: [Int], factors: [Double]?, mode: UpsampleMode, alignCorners: Bool, antialias: Bool
  ) throws -> Tensor {
    let resize = try Upsampling(
      self, size, factors, mode, alignCorners: alignCorners, antialias: antialias)
    let (taps, backwardTaps) = (resize.taps, resize.backwardTaps)
    return try Composed.record(
      resize.node, [self], isLinear: true, values: { try Upsampling.apply(taps, $0[0]) }
    ) {
      try Upsampling.apply(backwardTaps, $0[0])
    }
  }
}

/// A resize: one separable filter for each spatial dimension.
private struct Upsampling: Sendable {
  let node: String
  let taps: [Taps]
  /// The filters whose gradient PyTorch computes; its backward pass takes other shortcuts.
  let backwardTaps: [Taps]

  init(
    _ x: Tensor, _ output: [Int], _ factors: [Double]?, _ mode: UpsampleMode, alignCorners: Bool,
    antialias: Bool
  ) throws {
    let rank = output.count, input = Array(x.shape.suffix(rank))
    try require(
      !input.contains(0) && output.allSatisfy({ $0 > 0 }) && x.shape[1] > 0, .shape, "interpolate",
      "Input and output sizes should be greater than 0, but got input of shape \(got: x.shape) and output \(got: output)"
    )
    try Layout.checkList(
      Layout.checkedCount(Array(x.shape.prefix(2)) + output, x.dtype, "interpolate"),
      bytes: x.dtype.byteSize, "interpolate")
    if let size = output.first(where: { $0 > 1 << 26 }) {
      throw TensorError(.memory, "interpolate", "an output size of \(size) is beyond 2^26")
    }
    guard x.dtype.isFloatingPoint || x.dtype == .uint8 && (!mode.isSmooth || rank == 2) else {
      throw TensorError(
        .dtype, "interpolate",
        "\"upsample_\(mode.rawValue)\(rank)d\" not implemented for '\(x.dtype.scalarName)'; convert the input with to(.float32)"
      )
    }
    let names: [UpsampleMode: String] = [
      .nearest: "Nearest", .nearestExact: "NearestExact", .linear: "Linear", .bilinear: "Bilinear",
      .bicubic: "Bicubic", .trilinear: "Trilinear", .area: "",
    ]
    node = "Upsample\(names[mode] ?? "")\(rank)D\(antialias ? "Aa" : "")Backward0"
    let single = x.dtype != .float64, bytes = x.dtype == .uint8 && mode.isSmooth
    func taps(copying: Bool, doubling: Bool) throws -> [Taps] {
      try (0..<rank).map { d in
        // Decided by the sizes alone, whatever the factor.
        if copying && input[d] == output[d] { return Taps() }
        let doubles = doubling && input[d].multipliedReportingOverflow(by: 2) == (output[d], false)
        return try Taps(
          input[d], output[d], doubles ? 2 : factors?[d], mode, alignCorners: alignCorners,
          antialias: antialias, single: single && !bytes, bytes: bytes)
      }
    }
    let isLinear = mode == .linear || mode == .bilinear || mode == .trilinear
    self.taps =
      mode == .nearest
      ? try taps(copying: rank == 2, doubling: rank == 2)
      : try taps(copying: isLinear || antialias || bytes, doubling: false)
    backwardTaps =
      mode == .nearest
      ? try taps(copying: true, doubling: true)
      : try taps(copying: isLinear && !antialias, doubling: false)
  }

  static func apply(_ taps: [Taps], _ x: Tensor) throws -> Tensor {
    // Innermost dimension first, as in PyTorch: the order determines the rounding.
    try taps.enumerated().reversed().reduce(x) { y, entry in
      try entry.element.apply(y, dim: y.ndim - taps.count + entry.offset)
    }.contiguous(memoryFormat: x.suggestedFormat)
  }
}
