extension Tensor: CustomStringConvertible, CustomDebugStringConvertible {
  /// The text that PyTorch prints, under ``printOptions``: `tensor([1., 2.],
  /// grad_fn=<MulBackward0>)`.
  public var description: String {
    (isParameter ? "Parameter containing:\n" : "") + printed(Tensor.printOptions)
  }

  /// The ``description``, so that arrays of tensors are printed as in PyTorch.
  public var debugDescription: String { description }

  private func printed(_ options: PrintOptions) -> String {
    let prefix = "tensor("
    var suffixes: [String] = []
    if device.kind != .cpu { suffixes.append("device='\(device)'") }
    let edgeless = numel > 0 && options.edgeitems <= 0
    if numel == 0 ? ndim != 1 : edgeless { suffixes.append("size=\(TextForm.tuple(shape))") }
    let isUsual = dtype == .default || numel > 0 && (dtype == .int64 || dtype == .bool)
    if !isUsual { suffixes.append("dtype=torch.\(dtype)") }
    if let node = gradFn {
      suffixes.append("grad_fn=<\(node.name)>")
    } else if requiresGrad {
      suffixes.append("requires_grad=True")
    }
    var text = prefix + (numel == 0 ? "[]" : elements(options, indent: prefix.count))
    let lastLine = text.utf8.lastIndex(of: UInt8(ascii: "\n"))
      .map { text.utf8.distance(from: $0, to: text.utf8.endIndex) + 1 }
    // PyTorch counts the line break, and two characters if there is none.
    var length = lastLine ?? text.utf8.count + 2
    for suffix in suffixes {
      if length + suffix.utf8.count + 2 > options.linewidth {
        text += ",\n" + String(repeating: " ", count: prefix.count) + suffix
        length = prefix.count + suffix.utf8.count
      } else {
        text += ", " + suffix
        length += suffix.utf8.count + 2
      }
    }
    return text + ")"
  }

  private func elements(_ options: PrintOptions, indent: Int) -> String {
    do {
      return try backend.withHostBytes(storage, mutating: false) { bytes in
        guard let base = bytes.baseAddress else { return "[]" }
        return TensorPrinter(self, options) { [storageOffset, dtype] in
          Tensor.read(UnsafeRawPointer(base), storageOffset + $0, dtype)
        }.text(indent: indent)
      }
    } catch { return "<\(error)>" }
  }
}

extension DefaultStringInterpolation {
  /// Appends the number of a 0-dimensional tensor, like Python's f-strings, or else the
  /// description.
  public mutating func appendInterpolation(_ tensor: Tensor) {
    if tensor.ndim == 0, let number = try? tensor.scalarValue("interpolation") {
      appendLiteral(PrintedNumber.python(number))
    } else {
      appendLiteral(tensor.description)
    }
  }
}
