import Synchronization

/// The options for printing tensors (PyTorch: `torch.set_printoptions`).
public struct PrintOptions: Sendable, Hashable {
  /// The number of digits after the decimal point.
  public var precision: Int
  /// The number of elements above which a tensor is summarized.
  public var threshold: Int
  /// The number of elements that a summary shows at each end of each dimension.
  public var edgeitems: Int
  /// The number of characters per line.
  public var linewidth: Int
  /// Whether floats are written in scientific notation; nil decides by their magnitudes.
  public var sciMode: Bool?

  /// Creates options; the defaults are PyTorch's.
  public init(
    precision: Int = 4, threshold: Int = 1000, edgeitems: Int = 3, linewidth: Int = 80,
    sciMode: Bool? = nil
  ) {
    self.precision = precision
    self.threshold = threshold
    self.edgeitems = edgeitems
    self.linewidth = linewidth
    self.sciMode = sciMode
  }

  /// PyTorch's profile `short`, with fewer digits and elements.
  public static let short = PrintOptions(precision: 2, edgeitems: 2)
  /// PyTorch's profile `full`, with every element.
  public static let full = PrintOptions(threshold: .max)

  @TaskLocal static var scoped: PrintOptions?

  /// The options with negative numbers replaced by zero, and at most the digits of a double.
  var bounded: PrintOptions {
    PrintOptions(
      precision: min(max(precision, 0), 1100), threshold: max(threshold, 0),
      edgeitems: max(edgeitems, 0), linewidth: max(linewidth, 0), sciMode: sciMode)
  }
}

private let globalPrintOptions = Mutex(PrintOptions())

extension Tensor {
  /// The options for printing tensors, which ``withPrintOptions(_:_:)`` overrides
  /// (PyTorch: `torch.set_printoptions`).
  public static var printOptions: PrintOptions {
    get { PrintOptions.scoped ?? globalPrintOptions.withLock { $0 } }
    set { globalPrintOptions.withLock { $0 = newValue } }
  }

  /// Runs `body`, which prints tensors with `options` (PyTorch: `torch._tensor_str.printoptions`).
  public static func withPrintOptions<R>(
    _ options: PrintOptions, _ body: () throws -> R
  ) rethrows -> R {
    try PrintOptions.$scoped.withValue(options, operation: body)
  }
}
