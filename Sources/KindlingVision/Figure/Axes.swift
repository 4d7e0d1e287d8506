import KindlingCore

/// A plot of a ``Figure`` (matplotlib: `Axes`).
public final class Axes {
  /// The visibility of the frame and its tick labels.
  public enum AxisVisibility: Sendable { case on, off }

  /// A drawn element, in data coordinates.
  enum Mark {
    case line(x: [Double], y: [Double], width: Double)
    case points(x: [Double], y: [Double])
    case bars(left: [Double], width: Double, heights: [Double])
    case image(Pixels)
  }

  /// A mark with its color and its name in the legend.
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

  /// Sets the title above the plot.
  public func title(_ text: String) { titleText = text }
  /// Sets the label of the x axis.
  public func xlabel(_ text: String) { xText = text }
  /// Sets the label of the y axis.
  public func ylabel(_ text: String) { yText = text }
  /// Shows or hides the frame and its tick labels.
  public func axis(_ visibility: AxisVisibility) { self.visibility = visibility }
  /// Sets the limits of the x axis; by default, the range of the data.
  public func xlim(_ range: ClosedRange<Double>) { xRange = range }
  /// Sets the limits of the y axis; by default, the range of the data.
  public func ylim(_ range: ClosedRange<Double>) { yRange = range }
  /// Labels the positions 0, 1, 2, … of the x axis with names instead of numbers.
  public func xticks(_ names: [String]) { xNames = names }
  /// Labels the positions 0, 1, 2, … of the y axis with names instead of numbers.
  public func yticks(_ names: [String]) { yNames = names }
  /// Shows a legend of all elements with a label.
  public func legend() { showsLegend = true }
  /// Shows or hides grid lines at the ticks.
  public func grid(_ shown: Bool = true) { showsGrid = shown }

  // MARK: Lines and points

  /// Draws a line through points; values that are not finite interrupt it.
  ///
  /// - Throws: ``VisionError`` `.value` unless `x` and `y` have the same count.
  public func plot(
    _ x: [Double], _ y: [Double], color: Color? = nil, label: String? = nil, lineWidth: Double = 1
  ) throws {
    try checkEqual("plot", x.count, y.count)
    // A point becomes text in an SVG document.
    try Layout.checkList(x.count, bytes: 128, "plot")
    add(.line(x: x, y: y, width: min(max(lineWidth, 0.1), 100)), color, label)
  }

  /// Draws a line through points at 0, 1, 2 and so on.
  public func plot(
    _ y: [Double], color: Color? = nil, label: String? = nil, lineWidth: Double = 1
  ) throws {
    try plot(y.indices.map(Double.init), y, color: color, label: label, lineWidth: lineWidth)
  }

  /// Draws a line through the elements of tensors; with one tensor, x is 0, 1, 2 and so on.
  public func plot(
    _ x: Tensor, _ y: Tensor? = nil, color: Color? = nil, label: String? = nil,
    lineWidth: Double = 1
  ) throws {
    try Layout.checkList(x.numel, bytes: 128, "plot")
    let first = try x.toArray(as: Double.self)
    guard let y else {
      return try plot(first, color: color, label: label, lineWidth: lineWidth)
    }
    try plot(
      first, y.toArray(as: Double.self), color: color, label: label, lineWidth: lineWidth)
  }

  /// Draws a dot for each point.
  ///
  /// - Throws: ``VisionError`` `.value` unless `x` and `y` have the same count.
  public func scatter(
    _ x: [Double], _ y: [Double], color: Color? = nil, label: String? = nil
  ) throws {
    try checkEqual("scatter", x.count, y.count)
    try Layout.checkList(x.count, bytes: 512, "scatter")
    add(.points(x: x, y: y), color, label)
  }

  // MARK: Bars

  /// Draws a bar of each height, centred on each x.
  ///
  /// - Throws: ``VisionError`` `.value` unless `x` and `heights` have the same count and `width` is
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

  /// Draws a bar of each height for each name.
  ///
  /// - Throws: ``VisionError`` `.value` unless `names` and `heights` have the same count.
  public func bar(
    _ names: [String], _ heights: [Double], color: Color? = nil, label: String? = nil
  ) throws {
    try checkEqual("bar", names.count, heights.count)
    try bar(names.indices.map(Double.init), heights, color: color, label: label)
    xticks(names)
  }

  /// Draws a histogram of `values` in `bins` equal ranges, and returns the counts.
  ///
  /// Values that are not finite are ignored.
  ///
  /// - Throws: ``VisionError`` `.value` if `bins` is not in 1…100,000.
  @discardableResult
  public func hist(
    _ values: [Double], bins: Int = 10, color: Color? = nil, label: String? = nil
  ) throws -> [Int] {
    try checkBins(bins)
    return values.withUnsafeBufferPointer { hist(of: $0, bins, color, label) }
  }

  private func hist(
    of values: UnsafeBufferPointer<Double>, _ bins: Int, _ color: Color?, _ label: String?
  ) -> [Int] {
    // Beyond this limit, ranges and their widths would overflow.
    func isUsed(_ value: Double) -> Bool { abs(value) < 1e300 }
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where isUsed(value) { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    if low == high {
      // Beyond 2⁵³ a margin of 0.5 would be lost.
      let margin = max(0.5, abs(low) * 1e-15)
      (low, high) = (low - margin, high + margin)
    }
    let width = (high - low) / Double(bins)
    let edges = (0..<bins).map { low + Double($0) * width } + [high]
    var counts = [Int](repeating: 0, count: bins)
    for value in values where isUsed(value) {
      // Rounding may cross an edge; the edges decide, as in NumPy.
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

  /// Draws a histogram of the elements, and returns the counts.
  @discardableResult
  public func hist(
    _ values: Tensor, bins: Int = 10, color: Color? = nil, label: String? = nil
  ) throws -> [Int] {
    try checkBins(bins)
    return try noGrad { try values.to(.float64) }.withUnsafeBuffer(of: Double.self) {
      hist(of: $0, bins, color, label)
    }
  }

  private func checkBins(_ bins: Int) throws {
    guard (1...100_000).contains(bins) else {
      throw VisionError(.value, "hist: bins must be from 1 to 100000, but is \(bins)")
    }
  }

  // MARK: Images

  /// Shows an image (matplotlib: `imshow`).
  ///
  /// - Parameters:
  ///   - image: `[H, W]` or one channel, colored by `cmap`; or three channels, or four with an
  ///     opacity that is ignored: bytes, or floats from 0 to 1.
  ///   - cmap: the colormap of numbers.
  ///   - vmin: the number of the first color; by default the smallest.
  ///   - vmax: the number of the last color; by default the largest.
  ///   - layout: the order of dimensions, `[C, H, W]` or `[H, W, C]`. It is not guessed from sizes.
  /// - Throws: ``VisionError`` `.value` for other shapes.
  public func imshow(
    _ image: Tensor, cmap: Colormap = .viridis, vmin: Double? = nil, vmax: Double? = nil,
    layout: Image.Layout = .channelsFirst
  ) throws {
    let pixels = try noGrad {
      try Axes.pixels(image, cmap, vmin, vmax, layout)
    }
    add(.image(pixels), .black, nil)
  }

  /// Shows an image; a grayscale image is colored by `cmap`.
  public func imshow(
    _ image: Image, cmap: Colormap = .viridis, vmin: Double? = nil, vmax: Double? = nil
  ) throws {
    let shown = image.mode == .la ? try image.convert(.l) : image
    try imshow(TF.pilToTensor(shown), cmap: cmap, vmin: vmin, vmax: vmax)
  }

  private static func pixels(
    _ image: Tensor, _ cmap: Colormap, _ vmin: Double?, _ vmax: Double?, _ layout: Image.Layout
  ) throws -> Pixels {
    var planes = image
    if layout == .channelsLast && image.ndim == 3 { planes = try image.permute(2, 0, 1) }
    if planes.ndim == 3, planes.shape[0] == 1 { planes = try planes.squeeze(0) }
    guard planes.numel > 0,
      planes.ndim == 2 || planes.ndim == 3 && [3, 4].contains(planes.shape[0])
    else {
      throw VisionError(
        .value,
        "imshow: expected an image [H, W] or [C, H, W] with 1, 3 or 4 channels, or [H, W, C] with layout: .channelsLast, but got shape \(got: image.shape) with layout: .\(got: layout)"
      )
    }
    if planes.ndim == 2 { return try colored(planes.to(.float64), cmap, vmin, vmax) }
    let scaled =
      planes.dtype.isFloatingPoint
      ? try planes.nanToNum().clamp(min: 0, max: 1).mul(255).round().to(.uint8)
      : try planes.clamp(min: 0, max: 255).to(.uint8)
    return Pixels(try scaled.slice(0, 0, 3).permute(1, 2, 0).contiguous())
  }

  /// Returns the numbers as colors.
  private static func colored(
    _ numbers: Tensor, _ cmap: Colormap, _ vmin: Double?, _ vmax: Double?
  ) throws -> Pixels {
    let result = try Tensor.empty(numbers.shape + [3], dtype: .uint8)
    let colors = (0...255).map { cmap(Double($0) / 255) }, none = cmap(.nan)
    try numbers.withUnsafeBuffer(of: Double.self) { numbers in
      var (least, greatest) = (Double.infinity, -Double.infinity)
      for number in numbers where number.isFinite {
        (least, greatest) = (min(least, number), max(greatest, number))
      }
      let low = vmin ?? (least.isFinite ? least : 0)
      let high = vmax ?? (greatest.isFinite ? greatest : 1)
      try result.withUnsafeMutableBuffer(of: UInt8.self) { bytes in
        for (i, number) in numbers.enumerated() {
          let share = high > low ? (number - low) / (high - low) : 0
          let color = share.isNaN ? none : colors[Int((min(max(share, 0), 1) * 255).rounded())]
          (bytes[i * 3], bytes[i * 3 + 1], bytes[i * 3 + 2]) = (color.red, color.green, color.blue)
        }
      }
    }
    return Pixels(result)
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
