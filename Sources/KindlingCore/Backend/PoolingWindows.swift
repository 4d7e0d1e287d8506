/// The windows of a pooling operation over planes of up to three dimensions (leading sizes are 1).
package struct Pooling: Sendable, Equatable {
  /// The windows along one dimension.
  package struct Axis: Sendable, Equatable {
    package var input: Int
    package var output: Int
    /// The first index of each window and the index after its last, both inside the input.
    package var starts: [Int]
    package var ends: [Int]
    /// The divisor of the sum over each window.
    package var counts: [Int]
    /// The dilation of the window.
    package var dilation = 1
    /// The kernel size, stride and padding; `stride` is 0 if windows are not regular.
    package var kernel = 1
    package var stride = 0
    package var padding = 0
  }

  package var planes: Int
  package var axes: [Axis]
  /// The divisor of every sum, instead of the windows' counts.
  package var divisor: Int?

  var inputCount: Int { axes.reduce(1) { $0 * $1.input } }
  var outputCount: Int { axes.reduce(1) { $0 * $1.output } }
}

extension Pooling.Axis {
  /// The axis of a dimension that is not pooled.
  static let single = Pooling.Axis(input: 1, output: 1, starts: [0], ends: [1], counts: [1])

  /// Creates windows of `kernel` elements, `stride` apart.
  static func regular(
    _ input: Int, _ output: Int, kernel: Int, stride: Int, padding: Int, dilation: Int,
    countsPadding: Bool
  ) -> Pooling.Axis {
    var axis = Pooling.Axis(
      input: input, output: output, starts: [], ends: [], counts: [], dilation: dilation,
      kernel: kernel, stride: stride, padding: padding)
    for o in 0..<output {
      let first = o * stride - padding
      let skipped = first < 0 ? (-first + dilation - 1) / dilation : 0
      let end = min(first + (kernel - 1) * dilation + 1, input + padding)
      // With dilation, a window may have no element inside the input; it is then empty.
      let start = first + skipped * dilation, isEmpty = start >= min(end, input)
      axis.starts.append(isEmpty ? input - 1 : start)
      axis.ends.append(isEmpty ? input - 1 : min(end, input))
      axis.counts.append(countsPadding ? end - first : max(min(end, input) - max(first, 0), 1))
    }
    return axis
  }

  /// Creates the windows of adaptive pooling from `input` to `output` elements.
  static func adaptive(_ input: Int, _ output: Int) -> Pooling.Axis {
    var axis = Pooling.Axis(input: input, output: output, starts: [], ends: [], counts: [])
    for o in 0..<output {
      let start = o * input / output, end = ((o + 1) * input + output - 1) / output
      axis.starts.append(start)
      axis.ends.append(end)
      axis.counts.append(end - start)
    }
    if output > 0 && input % output == 0 {
      (axis.kernel, axis.stride) = (input / output, input / output)
    }
    return axis
  }
}
