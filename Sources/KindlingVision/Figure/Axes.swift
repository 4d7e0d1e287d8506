import KindlingCore

/// One plot of a ``Figure`` (matplotlib: `Axes`).
public final class Axes {
  /// Whether a plot has a frame with numbers.
  public enum AxisVisibility: Sendable { case on, off }

  /// What is drawn, first to last, in the coordinates of the data.
  enum Mark {
    case line(x: [Double], y: [Double], width: Double)
    case points(x: [Double], y: [Double])
    case bars(left: [Double], width: Double, heights: [Double])
    case image(Pixels)
  }

  /// A mark with its colour and its name in the legend.
  struct Item {
    let mark: Mark, color: Color, label: String?
  }

  var items: [Item] = []
  var titleText: String?, xText: String?, yText: String?
  var visibility = AxisVisibility.on
  var xRange: ClosedRange<Double>?, yRange: ClosedRange<Double>?
  var xNames: [String]?, yNames: [String]?
  var showsLegend = false, showsGrid = false
  private var colorsUsed = 0

  /// The text above the plot.
  public func title(_ text: String) { titleText = text }
  /// The text below the plot.
  public func xlabel(_ text: String) { xText = text }
  /// The text beside the plot.
  public func ylabel(_ text: String) { yText = text }
  /// Whether the plot has a frame with numbers.
  public func axis(_ visibility: AxisVisibility) { self.visibility = visibility }
  /// What the plot shows from left to right; what the data need where this is not called.
  public func xlim(_ range: ClosedRange<Double>) { xRange = range }
  /// What the plot shows from bottom to top; what the data need where this is not called.
  public func ylim(_ range: ClosedRange<Double>) { yRange = range }
  /// Names at 0, 1, 2 and so on in place of numbers.
  public func xticks(_ names: [String]) { xNames = names }
  /// Names at 0, 1, 2 and so on in place of numbers.
  public func yticks(_ names: [String]) { yNames = names }
  /// Lists what has a label.
  public func legend() { showsLegend = true }
  /// Whether lines run across the plot at the numbers of the axes.
  public func grid(_ shown: Bool = true) { showsGrid = shown }

  // MARK: Lines and points

  /// A line through points; values that are not finite interrupt it.
  ///
  /// - Throws: ``VisionError`` `.value` unless there are as many x as y.
  public func plot(
    _ x: [Double], _ y: [Double], color: Color? = nil, label: String? = nil, lineWidth: Double = 1
  ) throws {
    try checkEqual("plot", x.count, y.count)
    add(.line(x: x, y: y, width: min(max(lineWidth, 0.1), 100)), color, label)
  }

  /// A line through points at 0, 1, 2 and so on.
  public func plot(
    _ y: [Double], color: Color? = nil, label: String? = nil, lineWidth: Double = 1
  ) throws {
    try plot(y.indices.map(Double.init), y, color: color, label: label, lineWidth: lineWidth)
  }

  /// A line through the elements of tensors; x is 0, 1, 2 and so on where one is given.
  public func plot(
    _ x: Tensor, _ y: Tensor? = nil, color: Color? = nil, label: String? = nil,
    lineWidth: Double = 1
  ) throws {
    let first = try x.toArray(as: Double.self)
    guard let y else {
      return try plot(first, color: color, label: label, lineWidth: lineWidth)
    }
    try plot(
      first, y.toArray(as: Double.self), color: color, label: label, lineWidth: lineWidth)
  }

  /// A dot for each point.
  ///
  /// - Throws: ``VisionError`` `.value` unless there are as many x as y.
  public func scatter(
    _ x: [Double], _ y: [Double], color: Color? = nil, label: String? = nil
  ) throws {
    try checkEqual("scatter", x.count, y.count)
    add(.points(x: x, y: y), color, label)
  }

  // MARK: Bars

  /// A bar of each height around each x.
  ///
  /// - Throws: ``VisionError`` `.value` unless there are as many x as heights, and `width` is
  ///   positive.
  public func bar(
    _ x: [Double], _ heights: [Double], width: Double = 0.8, color: Color? = nil,
    label: String? = nil
  ) throws {
    try checkEqual("bar", x.count, heights.count)
    guard width > 0, width.isFinite else {
      throw VisionError(.value, "bar: the width must be positive, but is \(width)")
    }
    add(.bars(left: x.map { $0 - width / 2 }, width: width, heights: heights), color, label)
  }

  /// A bar of each height over each name.
  ///
  /// - Throws: ``VisionError`` `.value` unless there are as many names as heights.
  public func bar(
    _ names: [String], _ heights: [Double], color: Color? = nil, label: String? = nil
  ) throws {
    try checkEqual("bar", names.count, heights.count)
    try bar(names.indices.map(Double.init), heights, color: color, label: label)
    xticks(names)
  }

  /// A bar for how many of `values` lie in each of `bins` equal ranges; returns the counts.
  ///
  /// - Throws: ``VisionError`` `.value` where `bins` is not in 1…100,000; values that are not finite
  ///   are left out.
  @discardableResult
  public func hist(
    _ values: [Double], bins: Int = 10, color: Color? = nil, label: String? = nil
  ) throws -> [Int] {
    guard (1...100_000).contains(bins) else {
      throw VisionError(.value, "hist: bins must be from 1 to 100000, but is \(bins)")
    }
    // Beyond this, ranges and their widths would overflow.
    let finite = values.filter { abs($0) < 1e300 }
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if low == high {
      // Beyond 2⁵³ half a unit would be none.
      let margin = max(0.5, abs(low) * 1e-15)
      (low, high) = (low - margin, high + margin)
    }
    let width = (high - low) / Double(bins)
    let edges = (0..<bins).map { low + Double($0) * width } + [high]
    var counts = [Int](repeating: 0, count: bins)
    for value in finite {
      // Rounding may lead across an edge, which is what decides, as in NumPy.
      var bin = min(max(Int((value - low) / (high - low) * Double(bins)), 0), bins - 1)
      if bin > 0 && value < edges[bin] { bin -= 1 }
      if bin < bins - 1 && value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    add(
      .bars(left: Array(edges.dropLast()), width: width, heights: counts.map(Double.init)), color,
      label)
    return counts
  }

  /// A bar for how many elements lie in each range; returns the counts.
  @discardableResult
  public func hist(
    _ values: Tensor, bins: Int = 10, color: Color? = nil, label: String? = nil
  ) throws -> [Int] {
    try hist(values.toArray(as: Double.self), bins: bins, color: color, label: label)
  }

  // MARK: Images

  /// An image (matplotlib: `imshow`).
  ///
  /// - Parameters:
  ///   - image: `[H, W]` or `[1, H, W]`, whose numbers `cmap` makes colours of; or `[3, H, W]` (or
  ///     `[H, W, 3]`, and 4 with an opacity that is left out): bytes, or floats from 0 to 1.
  ///   - cmap: the colours of numbers.
  ///   - vmin: the number of the first colour; the least where nil.
  ///   - vmax: the number of the last colour; the greatest where nil.
  /// - Throws: ``VisionError`` `.value` for other shapes.
  public func imshow(
    _ image: Tensor, cmap: Colormap = .viridis, vmin: Double? = nil, vmax: Double? = nil
  ) throws {
    let pixels = try noGrad {
      try Axes.pixels(image, cmap, vmin, vmax)
    }
    add(.image(pixels), .black, nil)
  }

  private static func pixels(
    _ image: Tensor, _ cmap: Colormap, _ vmin: Double?, _ vmax: Double?
  ) throws -> Pixels {
    var image = image
    if image.ndim == 3, image.shape[0] == 1 { image = try image.squeeze(0) }
    if image.ndim == 3, ![3, 4].contains(image.shape[0]), [1, 3, 4].contains(image.shape[2]) {
      image = try image.permute(2, 0, 1)
      if image.shape[0] == 1 { image = try image.squeeze(0) }
    }
    guard image.numel > 0, image.ndim == 2 || image.ndim == 3 && [3, 4].contains(image.shape[0])
    else {
      throw VisionError(
        .value,
        "imshow: expected an image [H, W], [C, H, W] or [H, W, C] with 1, 3 or 4 channels, but got shape \(image.shape)"
      )
    }
    if image.ndim == 2 {
      let numbers = try image.toArray(as: Double.self)
      let finite = numbers.filter(\.isFinite)
      let low = vmin ?? finite.min() ?? 0, high = vmax ?? finite.max() ?? 1
      let colors = (0...255).map { cmap(Double($0) / 255) }
      let bytes = numbers.flatMap { number -> [UInt8] in
        let share = high > low ? (number - low) / (high - low) : 0
        let color =
          share.isNaN ? cmap(.nan) : colors[Int((min(max(share, 0), 1) * 255).rounded())]
        return [color.red, color.green, color.blue]
      }
      return Pixels(width: image.shape[1], height: image.shape[0], bytes: bytes)
    }
    let scaled =
      image.dtype.isFloatingPoint
      ? try image.nanToNum().clamp(min: 0, max: 1).mul(255).round().to(.uint8)
      : try image.clamp(min: 0, max: 255).to(.uint8)
    let bytes = try scaled.slice(0, 0, 3).permute(1, 2, 0).toArray(as: UInt8.self)
    return Pixels(width: image.shape[2], height: image.shape[1], bytes: bytes)
  }

  // MARK: Shared

  private func add(_ mark: Mark, _ color: Color?, _ label: String?) {
    if color == nil { colorsUsed += 1 }
    items.append(
      Item(
        mark: mark, color: color ?? Color.cycle[(colorsUsed - 1) % Color.cycle.count],
        label: label))
  }

  private func checkEqual(_ what: String, _ x: Int, _ y: Int) throws {
    guard x == y else {
      throw VisionError(
        .value, "\(what): x and y must have the same length, but have \(x) and \(y)")
    }
  }
}
