/// The layout of a tensor's elements in PyTorch's printed form.
struct TensorPrinter {
  private let options: PrintOptions
  private let shape: [Int]
  private let strides: [Int]
  private let summarizes: Bool
  private let element: (Int) -> Scalar
  private var style = Style()

  /// The number format of all elements, determined by the elements that are shown.
  private struct Style {
    var isFloat = false
    var isWhole = true
    var isScientific = false
    var width = 1
  }

  /// Creates a printer; `element` reads an element by its offset from the first.
  init(_ tensor: Tensor, _ options: PrintOptions, _ element: @escaping (Int) -> Scalar) {
    self.options = options.bounded
    shape = tensor.shape
    strides = tensor.strides
    summarizes = tensor.numel > self.options.threshold
    self.element = element
    style = chosenStyle(isFloat: tensor.dtype.isFloatingPoint)
  }

  /// Returns the elements in brackets; lines after the first are indented by `indent` characters.
  func text(indent: Int) -> String { text(0, 0, indent) }

  // MARK: Shown elements

  /// Returns the indices of dimension `d` that are shown, with nil for omitted ones.
  private func shownIndexes(_ d: Int) -> [Int?] {
    let size = shape[d]
    let (double, over) = options.edgeitems.multipliedReportingOverflow(by: 2)
    guard summarizes, !over, size > double else { return (0..<size).map { $0 } }
    return (0..<options.edgeitems).map { $0 } + [nil] + (size - options.edgeitems..<size).map { $0 }
  }

  private func forEachShown(_ d: Int, _ offset: Int, _ body: (Scalar) -> Void) {
    if d == shape.count { return body(element(offset)) }
    for case let i? in shownIndexes(d) { forEachShown(d + 1, offset + i * strides[d], body) }
  }

  private func chosenStyle(isFloat: Bool) -> Style {
    var style = Style()
    style.isFloat = isFloat
    if !isFloat {
      forEachShown(0, 0) { style.width = max(style.width, PrintedNumber.python($0).utf8.count) }
      return style
    }
    var values: [Double] = []
    forEachShown(0, 0) { scalar in
      let value = scalar.doubleValue
      if value.isFinite && value != 0 { values.append(value) }
    }
    guard !values.isEmpty else { return style }
    var (least, greatest) = (Double.infinity, 0.0)
    for value in values {
      least = min(least, abs(value))
      greatest = max(greatest, abs(value))
      if value != value.rounded(.up) { style.isWhole = false }
    }
    style.isScientific =
      options.sciMode ?? (greatest / least > 1000 || greatest > 1e8 || least < 1e-4)
    // PyTorch's width of whole numbers includes the decimal point, which `digits` writes too.
    for value in values { style.width = max(style.width, digits(value, style).utf8.count) }
    return style
  }

  // MARK: Elements

  private func digits(_ value: Double, _ style: Style) -> String {
    if style.isScientific { return PrintedNumber.scientific(value, options.precision) }
    if style.isWhole { return PrintedNumber.fixed(value, 0) + (value.isFinite ? "." : "") }
    return PrintedNumber.fixed(value, options.precision)
  }

  private func padded(_ number: Scalar) -> String {
    let text = style.isFloat ? digits(number.doubleValue, style) : PrintedNumber.python(number)
    return String(repeating: " ", count: max(0, style.width - text.utf8.count)) + text
  }

  // MARK: Lines

  private func text(_ d: Int, _ offset: Int, _ indent: Int) -> String {
    if d == shape.count { return padded(element(offset)) }
    if d == shape.count - 1 { return row(offset, indent) }
    let slices = shownIndexes(d).map { i in
      i.map { text(d + 1, offset + $0 * strides[d], indent + 1) } ?? "..."
    }
    let gap =
      "," + String(repeating: "\n", count: shape.count - d - 1)
      + String(repeating: " ", count: indent + 1)
    return "[" + slices.joined(separator: gap) + "]"
  }

  private func row(_ offset: Int, _ indent: Int) -> String {
    let d = shape.count - 1
    var items: [String]
    if summarizes && options.edgeitems == 0 {
      items = ["..."]
    } else {
      items = shownIndexes(d).map { i in
        i.map { padded(element(offset + $0 * strides[d])) } ?? " ..."
      }
    }
    let perLine = max(1, (options.linewidth - indent) / (style.width + 2))
    var lines: [String] = []
    while !items.isEmpty {
      lines.append(items.prefix(perLine).joined(separator: ", "))
      items.removeFirst(min(perLine, items.count))
    }
    return "[" + lines.joined(separator: ",\n" + String(repeating: " ", count: indent + 1)) + "]"
  }
}
