import CKernels

/// The layout of a convolution's input: padded, and split by the strides.
///
/// The elements that one kernel element reads along a row of the output are then adjacent.
struct LaidImage {
  struct Axis {
    var size: Int
    var padding: Int
    var stride: Int
    /// The remainders, modulo the stride, of the positions that are read.
    var residues: [Int]
    /// The number of elements laid out for each remainder.
    var length: Int
    /// The index of the remainder and the first position for each kernel element.
    var taps: [(phase: Int, shift: Int)]

    /// Whether the dimension is laid out unchanged.
    var isPlain: Bool { stride == 1 && padding == 0 && length == size }
  }

  let axes: [Axis]

  /// The number of elements of one channel.
  var channel: Int { axes.reduce(1) { $0 * $1.residues.count * $1.length } }
  var width: Int { axes[2].length }
  var plane: Int { axes[1].length * axes[2].length }
  var isPlain: Bool { axes.allSatisfy(\.isPlain) }

  /// Returns the offset of the elements that kernel element (d, h, w) reads.
  func offset(_ d: Int, _ h: Int, _ w: Int) -> Int {
    let (d, h, w) = (axes[0].taps[d], axes[1].taps[h], axes[2].taps[w])
    let phase =
      (d.phase * axes[1].residues.count + h.phase) * axes[2].residues.count + w.phase
    return phase * axes[0].length * plane + d.shift * plane + h.shift * width + w.shift
  }

  /// The offsets for all kernel elements, in order.
  var offsets: [Int] {
    var all: [Int] = []
    for d in axes[0].taps.indices {
      for h in axes[1].taps.indices {
        for w in axes[2].taps.indices { all.append(offset(d, h, w)) }
      }
    }
    return all
  }

  /// Creates the layout of the input of a convolution.
  static func forward(_ c: Convolution) -> LaidImage {
    LaidImage(
      axes: (0..<3).map { d in
        let reaches = (0..<c.kernel[d]).map { $0 * c.dilation[d] }
        var residues: [Int] = []
        for reach in reaches where !residues.contains(reach % c.stride[d]) {
          residues.append(reach % c.stride[d])
        }
        return Axis(
          size: c.image[d], padding: c.padding[d], stride: c.stride[d], residues: residues,
          length: c.output[d] + (reaches.last ?? 0) / c.stride[d],
          taps: reaches.map { reach in
            (residues.firstIndex(of: reach % c.stride[d]) ?? 0, reach / c.stride[d])
          })
      })
  }

  /// Lays out `count` channels of `x` one after another at `out`.
  func lay(
    _ x: UnsafeMutableRawPointer, _ count: Int, _ kernels: kk_conv_kernels, _ size: Int,
    into out: UnsafeMutableRawPointer
  ) {
    let (from, to) = (axes.reduce(1) { $0 * $1.size } * size, channel * size)
    withLoops { axes in
      ThreadPool.shared.forEachPiece(of: count, max(1, (1 << 14) / max(channel, 1))) { first, n in
        for i in first..<first + n {
          kernels.lay(axes, axes + 1, axes + 2, x + i * from, out + i * to)
        }
      }
    }
  }

  private func withLoops(_ body: (UnsafePointer<kk_conv_axis>) -> Void) {
    let residues = axes.flatMap { $0.residues.map(Int64.init) }
    residues.withUnsafeBufferPointer { buffer in
      guard var at = buffer.baseAddress else { return }
      let loops = axes.map { axis in
        defer { at += axis.residues.count }
        return kk_conv_axis(
          size: Int64(axis.size), padding: Int64(axis.padding), stride: Int64(axis.stride),
          length: Int64(axis.length), phases: Int64(axis.residues.count), residues: at)
      }
      loops.withUnsafeBufferPointer { if let first = $0.baseAddress { body(first) } }
    }
  }
}
