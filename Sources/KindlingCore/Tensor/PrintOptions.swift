import Synchronization

/// How tensors are printed (PyTorch: `torch.set_printoptions`).
public struct PrintOptions: Sendable, Hashable {
  /// Digits after the point.
  public var precision: Int
  /// Tensors of more elements are summarised.
  public var threshold: Int
  /// How many elements a summary shows at each end of each dimension.
  public var edgeitems: Int
  /// Characters in a line.
  public var linewidth: Int
  /// Whether floats are written with exponents; nil decides by their sizes.
  public var sciMode: Bool?

  /// PyTorch's options, where not given.
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

  /// PyTorch's profile `short`: fewer digits and elements.
  public static let short = PrintOptions(precision: 2, edgeitems: 2)
  /// PyTorch's profile `full`: every element.
  public static let full = PrintOptions(threshold: .max)

  @TaskLocal static var scoped: PrintOptions?

  /// The options with numbers below zero taken as zero, and no more digits than a double has.
  var bounded: PrintOptions {
    PrintOptions(
      precision: min(max(precision, 0), 1100), threshold: max(threshold, 0),
      edgeitems: max(edgeitems, 0), linewidth: max(linewidth, 0), sciMode: sciMode)
  }
}

private let globalPrintOptions = Mutex(PrintOptions())

extension Tensor {
  /// How tensors are printed (PyTorch: `torch.set_printoptions`); inside
  /// ``withPrintOptions(_:_:)`` its options count.
  public static var printOptions: PrintOptions {
    get { PrintOptions.scoped ?? globalPrintOptions.withLock { $0 } }
    set { globalPrintOptions.withLock { $0 = newValue } }
  }

  /// Runs `body`, in which tensors are printed with `options` (PyTorch: `torch._tensor_str.printoptions`).
  public static func withPrintOptions<R>(
    _ options: PrintOptions, _ body: () throws -> R
  ) rethrows -> R {
    try PrintOptions.$scoped.withValue(options, operation: body)
  }
}
