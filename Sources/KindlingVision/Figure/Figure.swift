import KindlingCore

/// A picture of one or more plots (matplotlib: `plt.figure`).
///
/// ```swift
/// let figure = Figure(size: (8, 8))
/// for i in 1...9 {
///   let (image, label) = try training[i]
///   let axes = try figure.addSubplot(3, 3, i)
///   axes.title(training.classes[label])
///   axes.axis(.off)
///   try axes.imshow(image, cmap: .gray)
/// }
/// try figure.save("samples.png")
/// try figure.show()
/// ```
public final class Figure {
  /// The width and height in inches of 100 pixels.
  public let size: (width: Double, height: Double)
  /// The plots, in the order they were added.
  public private(set) var axes: [Axes] = []
  private var places: [(rows: Int, columns: Int, index: Int)] = []
  private var heading: String?

  /// Creates an empty picture; drawing it throws if the size is invalid.
  public init(size: (width: Double, height: Double) = (6.4, 4.8)) { self.size = size }

  /// Adds a plot at position `index` of a grid, counted from 1 along the rows
  /// (matplotlib: `add_subplot`).
  ///
  /// - Throws: ``VisionError`` `.value` if there is no such position.
  @discardableResult
  public func addSubplot(_ rows: Int = 1, _ columns: Int = 1, _ index: Int = 1) throws -> Axes {
    guard (1...1000).contains(rows), (1...1000).contains(columns),
      (1...rows * columns).contains(index)
    else {
      throw VisionError(
        .value,
        "addSubplot: a grid of \(rows) rows and \(columns) columns has no place \(index); places count from 1"
      )
    }
    let plot = Axes()
    axes.append(plot)
    places.append((rows, columns, index))
    return plot
  }

  /// Sets a title above all plots (matplotlib: `suptitle`).
  public func title(_ text: String) { heading = text }

  /// Writes the picture to a file whose name ends in `.svg`, `.png`, `.jpg` or `.jpeg`
  /// (matplotlib: `savefig`).
  ///
  /// - Throws: ``VisionError`` for another suffix, for an invalid size, or if the file cannot be
  ///   written.
  public func save(_ path: String) throws {
    if path.lowercased().hasSuffix(".svg") {
      try FileContents.write(Array(svg().utf8), to: path)
      return
    }
    guard ImageFormat(suffixOf: path)?.isWritten == true else {
      throw VisionError(
        .value, "\(path): the name of a picture must end in .svg, .png, .jpg or .jpeg")
    }
    try writeImage(render(), to: path, quality: 90)
  }

  /// Returns the picture as an SVG document.
  public func svg() throws -> String {
    let (width, height) = try pixelSize()
    return try SVGWriter.document(
      shapes(Double(width), Double(height), .page), width: width, height: height)
  }

  /// Returns the picture as an image, `uint8` `[3, H, W]`.
  public func render() throws -> Tensor {
    let (width, height) = try pixelSize()
    var canvas = Canvas(width, height)
    for shape in shapes(Double(width), Double(height), .page) { try canvas.draw(shape) }
    return try canvas.tensor()
  }

  // MARK: Layout

  private func pixelSize() throws -> (Int, Int) {
    guard (0.1...200).contains(size.width), (0.1...200).contains(size.height) else {
      throw VisionError(
        .value, "Figure: width and height must be from 0.1 to 200 inches, but the size is \(size)")
    }
    return (Int((size.width * 100).rounded()), Int((size.height * 100).rounded()))
  }

  /// Returns all shapes of a picture of `width` by `height` pixels.
  func shapes(_ width: Double, _ height: Double, _ metrics: Metrics) -> [Shape] {
    var page = Box(x: 0, y: 0, width: width, height: height)
    var shapes: [Shape] = [.rectangle(page, fill: .white)]
    if let heading {
      shapes.append(
        .text(
          heading, x: width / 2, y: metrics.gap + metrics.title * 0.8, size: metrics.title,
          anchor: .middle, turned: false, .black))
      page = page.inset(top: metrics.title + metrics.gap)
    }
    page = page.inset(
      left: metrics.gap / 2, top: metrics.gap / 2, right: metrics.gap / 2, bottom: metrics.gap / 2)
    for (plot, place) in zip(axes, places) {
      let (w, h) = (page.width / Double(place.columns), page.height / Double(place.rows))
      let (row, column) = ((place.index - 1) / place.columns, (place.index - 1) % place.columns)
      let cell = Box(
        x: page.x + Double(column) * w, y: page.y + Double(row) * h, width: w, height: h)
      shapes += plot.shapes(
        in: cell.inset(
          left: metrics.gap / 2, top: metrics.gap / 2, right: metrics.gap / 2,
          bottom: metrics.gap / 2), metrics)
    }
    return shapes
  }
}
