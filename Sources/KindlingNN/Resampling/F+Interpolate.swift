public import KindlingCore

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
  fileprivate var ranks: ClosedRange<Int> {
    switch self {
    case .nearest, .nearestExact, .area: 1...3
    case .linear: 1...1
    case .bilinear, .bicubic: 2...2
    case .trilinear: 3...3
    }
  }
  fileprivate var isSmooth: Bool {
    switch self {
    case .nearest, .nearestExact, .area: false
    case .linear, .bilinear, .bicubic, .trilinear: true
    }
  }
}

extension F {
  /// Resizes the input to a given size or by a given factor (PyTorch: `F.interpolate`).
  ///
  /// - Parameters:
  ///   - x: `[N, C, *]` with 1 to 3 spatial dimensions.
  ///   - size: the output size, one number for all spatial dimensions or one for each.
  ///   - scaleFactor: the ratio of output size to input size, instead of `size`.
  ///   - mode: the interpolation algorithm.
  ///   - alignCorners: whether corner elements keep their positions; for linear and cubic modes
  ///     only.
  ///   - recomputeScaleFactor: whether to use the ratio of the sizes instead of `scaleFactor`.
  ///   - antialias: whether to antialias when the size shrinks; for `.bilinear` and `.bicubic`
  ///     only.
  /// - Returns: the resized input; batch and channels are those of `x`.
  /// - Throws: `TensorError` if neither or both of size and factor are given, or the mode does not
  ///   support the rank.
  public static func interpolate(
    _ x: Tensor, size: [Int]? = nil, scaleFactor: [Double]? = nil, mode: UpsampleMode = .nearest,
    alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil, antialias: Bool = false
  ) throws -> Tensor {
    let name = "interpolate", rank = x.ndim - 2
    if !mode.isSmooth && alignCorners != nil {
      throw TensorError(
        .value, name,
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
      )
    }
    guard (1...3).contains(rank) else {
      throw TensorError(
        .shape, name,
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got \(x.ndim)D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got \(mode.rawValue))"
      )
    }
    guard mode.ranks.contains(rank) else {
      throw TensorError(
        .shape, name,
        "Got \(x.ndim)D input, but \(mode.rawValue) mode needs \(mode.ranks.lowerBound + 2)D input")
    }
    if antialias, mode != .bilinear && mode != .bicubic || rank != 2 {
      throw TensorError(
        .value, name,
        "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input"
      )
    }
    let input = Array(x.shape.suffix(rank))
    var factors: [Double]?
    let output: [Int]
    switch (size, scaleFactor) {
    case (nil, nil):
      throw TensorError(.value, name, "either size or scale_factor should be defined")
    case (.some, .some):
      throw TensorError(.value, name, "only one of size or scale_factor should be defined")
    case (let size?, nil):
      if recomputeScaleFactor == true {
        throw TensorError(
          .value, name,
          "recompute_scale_factor is not meaningful with an explicit size.")
      }
      output = try spread(size, input, "output size")
    case (nil, let given?):
      let scales = try spread(given, input, "scale factor")
      output = try zip(input, scales).map { size, scale in
        let product = (Double(size) * scale).rounded(.down)
        guard scale > 0, let whole = Int(exactly: product) else {
          throw TensorError(
            .value, name, "a scale factor of \(scale) makes no size of \(size)")
        }
        return whole
      }
      factors = recomputeScaleFactor == true ? nil : scales
    }
    if mode == .area {
      // PyTorch leaves the check to the pooling.
      return try adaptiveAveragePool(rank, x, output)
    }
    return try Upsampling(
      x, output, factors, mode, alignCorners: alignCorners ?? false, antialias: antialias
    ).callAsFunction(x)
  }

  /// Resizes the input to one size for all spatial dimensions.
  ///
  /// See ``interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
  public static func interpolate(
    _ x: Tensor, size: Int, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    antialias: Bool = false
  ) throws -> Tensor {
    try interpolate(
      x, size: [size], mode: mode, alignCorners: alignCorners, antialias: antialias)
  }

  /// Resizes the input by one factor for all spatial dimensions.
  ///
  /// See ``interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
  public static func interpolate<S: TensorScalar>(
    _ x: Tensor, scaleFactor: S, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool? = nil, antialias: Bool = false
  ) throws -> Tensor {
    try interpolate(
      x, scaleFactor: [scaleFactor.scalar.doubleValue], mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor, antialias: antialias)
  }

  private static func spread<T>(_ values: [T], _ sizes: [Int], _ label: String) throws -> [T] {
    if values.count == sizes.count { return values }
    if values.count == 1 { return sizes.map { _ in values[0] } }
    throw TensorError(
      .shape, "interpolate",
      "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of \(sizes) and \(label) of \(values). Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
    )
  }
}

/// A resize: one separable filter for each spatial dimension.
private struct Upsampling: Sendable {
  private let node: String
  private let taps: [Taps]
  /// The filters whose gradient PyTorch computes; its backward pass takes other shortcuts.
  private let backwardTaps: [Taps]

  init(
    _ x: Tensor, _ output: [Int], _ factors: [Double]?, _ mode: UpsampleMode, alignCorners: Bool,
    antialias: Bool
  ) throws {
    let rank = output.count, input = Array(x.shape.suffix(rank))
    guard !input.contains(0), output.allSatisfy({ $0 > 0 }), x.shape[1] > 0 else {
      throw TensorError(
        .shape, "interpolate",
        "Input and output sizes should be greater than 0, but got input of shape \(x.shape) and output \(output)"
      )
    }
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

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let (taps, backwardTaps) = (taps, backwardTaps)
    return try Composed.record(
      node, [x], isLinear: true, values: { try Upsampling.apply(taps, $0[0]) }
    ) {
      try Upsampling.apply(backwardTaps, $0[0])
    }
  }

  private static func apply(_ taps: [Taps], _ x: Tensor) throws -> Tensor {
    // Innermost dimension first, as in PyTorch: the order determines the rounding.
    try taps.enumerated().reversed().reduce(x) { y, entry in
      try entry.element.apply(y, dim: y.ndim - taps.count + entry.offset)
    }.contiguous(memoryFormat: x.suggestedFormat)
  }
}

/// The input elements and weights of each output element along one dimension.
private struct Taps: Sendable {
  /// Indexed by tap, then by output element; `nil` weights are 1.
  private var places: [[Int]] = []
  private var weights: [[Double]]?
  /// For uint8: weights are integers, scaled by 2 to this power.
  private var precision: Int?
  private let isIdentity: Bool

  /// Creates the identity.
  init() { isIdentity = true }

  init(
    _ old: Int, _ new: Int, _ factor: Double?, _ mode: UpsampleMode, alignCorners: Bool,
    antialias: Bool, single: Bool, bytes: Bool = false
  ) throws {
    // PyTorch's arithmetic: float32 for all but float64 input.
    func rounded(_ value: Double) -> Double { single ? Double(Float(value)) : value }
    let plain = factor.map { 1 / $0 } ?? Double(old) / Double(new)
    isIdentity = old == new && (factor == nil || factor == 1)
    if isIdentity { return }
    if mode == .nearest || mode == .nearestExact {
      // Always in float32.
      let scale = Float(plain), shift: Float = mode == .nearest ? 0 : 0.5
      places = [
        (0..<new).map { Taps.place(Double(((Float($0) + shift) * scale).rounded(.down)), old - 1) }
      ]
      return
    }
    let aligned = new > 1 ? Double(old - 1) / Double(new - 1) : 0
    let scale = rounded(alignCorners ? aligned : plain), cubic = mode == .bicubic
    if antialias {
      // Each input element has weights in up to four output elements.
      try Layout.checkList(max(old, new), bytes: 64, "interpolate")
      let rows = AntialiasFilter.rows(old, new, scale: scale, cubic: cubic, single: single)
      let taps = rows.map(\.weights.count).max() ?? 0
      places = (0..<taps).map { k in rows.map { min($0.first + k, old - 1) } }
      weights = (0..<taps).map { k in rows.map { k < $0.weights.count ? $0.weights[k] : 0 } }
      if bytes { quantize() }
      return
    }
    func source(_ i: Int) -> Double {
      let at =
        alignCorners
        ? rounded(scale * Double(i))
        : rounded(rounded(scale * (Double(i) + 0.5)) - 0.5)
      return cubic ? at : max(0, at)
    }
    var places = [[Int]](repeating: [], count: cubic ? 4 : 2)
    var weights = [[Double]](repeating: [], count: cubic ? 4 : 2)
    for i in 0..<new {
      let at = source(i)
      let floor = at.rounded(.down), first = Int(max(-1e15, min(floor, 1e15)))
      let t = min(max(at - floor, 0), 1)
      if cubic {
        let factors = Taps.cubic(t, -0.75)
        for k in 0..<4 {
          places[k].append(min(max(first - 1 + k, 0), old - 1))
          weights[k].append(factors[k])
        }
      } else {
        let low = min(first, old - 1), part = min(max(at - Double(low), 0), 1)
        places[0].append(low)
        places[1].append(min(low + 1, old - 1))
        weights[0].append(1 - part)
        weights[1].append(part)
      }
    }
    if bytes {
      // Weights that fall on the same border element are summed before they are rounded.
      for (i, k) in (0..<new).flatMap({ i in (1..<places.count).map { (i, $0) } }) {
        guard let first = (0..<k).first(where: { places[$0][i] == places[k][i] }) else { continue }
        weights[first][i] += weights[k][i]
        weights[k][i] = 0
      }
    }
    self.places = places
    self.weights = weights
    if bytes { quantize() }
  }

  /// Converts the weights to 15-bit integers with the largest binary scale that fits.
  private mutating func quantize() {
    guard let weights else { return }
    let largest = weights.joined().max() ?? 0
    var bits = 0
    while bits < 22, (largest * Double(1 << (bits + 1)) + 0.5).rounded(.towardZero) < 32768 {
      bits += 1
    }
    let unit = Double(1 << bits)
    self.weights = weights.map { $0.map { ($0 * unit).rounded(.toNearestOrAwayFromZero) } }
    precision = bits
  }

  /// Returns the integer part of `x`, clamped to 0...`last`; any scale is safe.
  private static func place(_ x: Double, _ last: Int) -> Int {
    x > 0 ? (x < Double(last) ? Int(x) : last) : 0
  }

  /// Returns the cubic weights of the four elements around a point at distance `t` after the second
  /// one.
  static func cubic(_ t: Double, _ a: Double) -> [Double] {
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(t + 1), near(t), near(1 - t), far(2 - t)]
  }

  func apply(_ x: Tensor, dim: Int) throws -> Tensor {
    if isIdentity { return x }
    guard let weights else { return try x.indexSelect(dim, Tensor(places[0]).to(x.device)) }
    let type = precision == nil ? x.dtype : .int64, new = places[0].count
    let elements = try HostBuffer<Int>(count: 0, "interpolate")
    let shares = try HostBuffer<Double>(count: 0, "interpolate")
    for (row, share) in zip(places, weights) {
      try elements.append(contentsOf: row)
      try shares.append(contentsOf: share)
    }
    let outer = x.shape[..<dim].reduce(1, *), inner = x.shape[(dim + 1)...].reduce(1, *)
    var shape = x.shape
    shape[dim] = new
    let total = try x.to(type).reshape([1, outer, x.shape[dim], inner]).weightedSums(
      elements.tensor(shape: [places.count, 1, new], device: x.device),
      shares.tensor(shape: [places.count, 1, new], device: x.device).to(type)
    ).reshape(shape)
    guard let precision else { return total }
    let rounded = try total.add((1 << precision) >> 1) >> precision
    return try rounded.clamp(min: 0, max: 255).to(x.dtype)
  }
}

extension F {
  /// Resizes to an explicit size with explicit factors, like PyTorch's kernels.
  ///
  /// A factor of 0 means the ratio of the sizes.
  package static func upsampled(
    _ x: Tensor, _ size: [Int], factors: [Double], mode: UpsampleMode, alignCorners: Bool,
    antialias: Bool
  ) throws -> Tensor {
    guard x.ndim == size.count + 2, factors.count == size.count else {
      throw TensorError(
        .shape, "interpolate", "sizes \(size) and factors \(factors) do not fit shape \(x.shape)")
    }
    let ratios = zip(zip(size, x.shape.suffix(size.count)), factors).map { sizes, factor in
      factor > 0 ? factor : Double(sizes.0) / Double(max(sizes.1, 1))
    }
    return try Upsampling(
      x, size, ratios, mode, alignCorners: alignCorners, antialias: antialias
    ).callAsFunction(x)
  }
}
