/// The input elements and weights of each output element along one dimension.
struct Taps: Sendable {
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
