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
  return difference(
    try Elements(actual), try Elements(expected), expected.shape, rtol: rtol, atol: atol,
    scaledAtol: scaledAtol
  ).map { "\($0), \(expected.dtype)" }
}

/// Returns how elements of the shape `shape` differ, with the largest difference and its place.
package func difference(
  _ actual: Elements, _ expected: Elements, _ shape: [Int], rtol: Double = 0, atol: Double = 0,
  scaledAtol: Double = 0
) -> String? {
  let (x, y) = (actual.doubles, expected.doubles)
  let wrong: [Int]
  if case (.integers(let x), .integers(let y)) = (actual, expected) {
    wrong = x.indices.filter { x[$0] != y[$0] }
  } else {
    let largest = scaledAtol == 0 ? 0 : y.lazy.filter(\.isFinite).map(abs).max() ?? 0
    let atol = atol + scaledAtol * largest
    wrong = x.indices.filter { !isClose(x[$0], y[$0], rtol: rtol, atol: atol) }
  }
  if wrong.isEmpty { return nil }
  let gaps = zip(x, y).map { abs($0 - $1) }.map { $0.isNaN ? .infinity : $0 }
  let worst = wrong.reduce(wrong[0]) { gaps[$1] > gaps[$0] ? $1 : $0 }
  return "\(wrong.count) of \(x.count) elements differ, by up to \(gaps[worst]) "
    + "at \(coordinates(worst, shape)): \(actual.text(worst)), expected \(expected.text(worst)) "
    + "(rtol \(rtol), atol \(atol))"
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
