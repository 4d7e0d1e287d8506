import Kindling

/// A tensor's elements in row-major order, in Swift's widest types.
package enum Elements: Sendable {
  case floats([Double])
  case integers([Int])

  /// Creates the elements of `tensor`, whatever its memory layout.
  package init(_ tensor: Tensor) throws {
    let host = try noGrad { try tensor.contiguous() }
    let (start, count) = (host.storageOffset * host.dtype.byteSize, host.numel)
    self = try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      func all<T, R>(_ type: T.Type, _ convert: (T) -> R) -> [R] {
        (0..<count).map {
          convert(
            bytes.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<T>.size, as: T.self))
        }
      }
      return switch host.dtype {
      case .float16: .floats(all(UInt16.self) { Double(Float16(bitPattern: $0)) })
      case .bfloat16: .floats(all(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) })
      case .float32: .floats(all(Float.self) { Double($0) })
      case .float64: .floats(all(Double.self) { $0 })
      case .int8: .integers(all(Int8.self) { Int($0) })
      case .int16: .integers(all(Int16.self) { Int($0) })
      case .int32: .integers(all(Int32.self) { Int($0) })
      case .int64: .integers(all(Int.self) { $0 })
      case .uint8: .integers(all(UInt8.self) { Int($0) })
      case .bool: .integers(all(UInt8.self) { $0 == 0 ? 0 : 1 })
      }
    }
  }

  /// The elements as floats.
  package var doubles: [Double] {
    switch self {
    case .floats(let values): values
    case .integers(let values): values.map(Double.init)
    }
  }
}

/// Returns whether `|x - ref| <= atol + rtol * |ref|`; NaN equals NaN, and infinities equal only
/// themselves.
package func isClose(_ x: Double, _ ref: Double, rtol: Double, atol: Double) -> Bool {
  if x == ref || x.isNaN && ref.isNaN { return true }
  return ref.isFinite && abs(x - ref) <= atol + rtol * abs(ref)
}

/// Returns how `actual` differs from `expected` in shape, dtype or value, or `nil` if it does not.
///
/// Floats may differ within ``isClose(_:_:rtol:atol:)``; everything else must be equal.
/// `scaledAtol` is added to `atol`, scaled by the largest finite expected element.
package func difference(
  _ actual: Tensor, _ expected: Tensor, rtol: Double = 0, atol: Double = 0, scaledAtol: Double = 0
) throws -> String? {
  if actual.shape != expected.shape {
    return "shape is \(actual.shape), expected \(expected.shape)"
  }
  if actual.dtype != expected.dtype {
    return "dtype is \(actual.dtype), expected \(expected.dtype)"
  }
  var wrong: [Int] = []
  let (x, y) = (try Elements(actual), try Elements(expected))
  switch (x, y) {
  case (.integers(let x), .integers(let y)):
    wrong = x.indices.filter { x[$0] != y[$0] }
  default:
    let (x, y) = (x.doubles, y.doubles)
    let largest = scaledAtol == 0 ? 0 : y.lazy.filter(\.isFinite).map(abs).max() ?? 0
    let atol = atol + scaledAtol * largest
    wrong = x.indices.filter { !isClose(x[$0], y[$0], rtol: rtol, atol: atol) }
  }
  if wrong.isEmpty { return nil }
  let gaps = zip(x.doubles, y.doubles).map { abs($0 - $1) }.map { $0.isNaN ? .infinity : $0 }
  let worst = wrong.reduce(wrong[0]) { gaps[$1] > gaps[$0] ? $1 : $0 }
  return "\(wrong.count) of \(actual.numel) elements differ; "
    + "at \(coordinates(worst, expected.shape)): \(x.text(worst)), expected \(y.text(worst)) "
    + "(rtol \(rtol), atol \(atol), \(expected.dtype))"
}

extension Elements {
  fileprivate func text(_ i: Int) -> String {
    switch self {
    case .floats(let values): "\(values[i])"
    case .integers(let values): "\(values[i])"
    }
  }
}

private func coordinates(_ index: Int, _ shape: [Int]) -> [Int] {
  var rest = index
  return shape.reversed().map { size in
    defer { rest /= size }
    return rest % size
  }.reversed()
}

/// Throws if `actual` differs from `expected` (see ``difference(_:_:rtol:atol:)``).
package func assertClose(
  _ actual: Tensor, _ expected: Tensor, rtol: Double = 0, atol: Double = 0, _ what: String = "",
  fileID: String = #fileID, line: Int = #line
) throws {
  if let difference = try difference(actual, expected, rtol: rtol, atol: atol) {
    throw GoldenError("\(fileID):\(line): \(what.isEmpty ? "" : "\(what): ")\(difference)")
  }
}

/// Throws if `actual` differs from `expected`, a tensor's elements in row-major order.
package func assertClose(
  _ actual: Tensor, _ expected: [Double], rtol: Double = 0, atol: Double = 0, _ what: String = "",
  fileID: String = #fileID, line: Int = #line
) throws {
  let values = try Elements(actual).doubles
  let label = "\(fileID):\(line): \(what.isEmpty ? "" : "\(what): ")"
  guard values.count == expected.count else {
    throw GoldenError("\(label)\(values.count) elements, expected \(expected.count)")
  }
  for (i, (x, y)) in zip(values, expected).enumerated()
  where !isClose(x, y, rtol: rtol, atol: atol) {
    throw GoldenError("\(label)element \(i) is \(x), expected \(y) (rtol \(rtol), atol \(atol))")
  }
}
