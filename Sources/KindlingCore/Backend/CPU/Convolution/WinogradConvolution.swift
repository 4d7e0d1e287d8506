import CKernels
import Synchronization

/// A 3 × 3 convolution with stride 1 by minimal filtering: four times fewer multiplications, with
/// an error of about 1e-6 of the largest element.
///
/// It supports one group and float32.
struct WinogradConvolution {
  let kernels: kk_conv_kernels
  let transforms: kk_winograd_kernels
  /// The numbers of input and output channels, and both sizes.
  let inputs: Int
  let outputs: Int
  let source: (height: Int, width: Int)
  let result: (height: Int, width: Int)
  /// The number of rows and columns of padding before the source.
  let padding: (height: Int, width: Int)
  /// Element (o, i, t) of the weight is at o · outputStep + i · inputStep + t, or 8 − t if turned.
  let outputStep: Int
  let inputStep: Int
  let isTurned: Bool

  static let size = MemoryLayout<Float>.size
  /// The bytes of transformed tiles at a time, which fit into a third-level cache.
  static let part = 12 << 20

  var tiles: (rows: Int, columns: Int) {
    ((result.height + 3) / 4, (result.width + 3) / 4)
  }

  /// The layout of the source, with every fourth column together.
  var laid: LaidImage {
    let plain = LaidImage.Axis(size: 1, padding: 0, stride: 1, residues: [0], length: 1, taps: [])
    return LaidImage(axes: [
      plain,
      LaidImage.Axis(
        size: source.height, padding: padding.height, stride: 1, residues: [0],
        length: 4 * tiles.rows + 2, taps: []),
      LaidImage.Axis(
        size: source.width, padding: padding.width, stride: 4, residues: [0, 1, 2, 3],
        length: tiles.columns + 1, taps: []),
    ])
  }

  /// Creates the convolution that computes the output of `c`, or with `back` the gradient of its
  /// input.
  ///
  /// Returns nil if exact sums are required, the geometry is unsupported, or another method is
  /// faster.
  init?(_ c: Convolution, _ dtype: DType, _ kernels: kk_conv_kernels, back: Bool) {
    guard dtype == .float32, back || !c.isExact, c.groups == 1, c.kernel == [1, 3, 3],
      c.stride == [1, 1, 1],
      c.dilation == [1, 1, 1], c.image[0] == 1, c.output[0] == 1, c.padding[0] == 0
    else { return nil }
    self.kernels = kernels
    transforms = kk_winograd().pointee
    let image = (height: c.image[1], width: c.image[2])
    let output = (height: c.output[1], width: c.output[2])
    (source, result) = back ? (output, image) : (image, output)
    (inputs, outputs) = back ? (c.outChannels, c.inChannels) : (c.inChannels, c.outChannels)
    padding = (
      height: back ? 2 - c.padding[1] : c.padding[1], width: back ? 2 - c.padding[2] : c.padding[2]
    )
    (outputStep, inputStep) = back ? (9, 9 * c.inChannels) : (9 * c.inChannels, 9)
    isTurned = back
    guard inputs >= 16, outputs >= 16 else { return nil }
    // The operations per pair of channels: of direct sums, and of the products of tiles plus the
    // transform of the weight, which costs more if it does not fit into the cache.
    let direct = 18 * c.batch * result.height * result.width
    let products = 72 * c.batch * tiles.rows * tiles.columns
    let weights = 36 * Self.size * inputs * outputs > 16 << 20 ? 2400 : 900
    guard (products + weights) * 5 < direct * 4 else { return nil }
  }

  /// Computes the transformed weight: a matrix `[outputs, inputs]` for each of 36 elements, `plane`
  /// apart.
  func transformed(_ weight: UnsafeMutableRawPointer) throws -> Workspace {
    let space = try Workspace(36 * plane * Self.size)
    let from = weight.assumingMemoryBound(to: Float.self)
    let to = space.base.assumingMemoryBound(to: Float.self)
    ThreadPool.shared.forEachPiece(of: outputs, max(1, (1 << 11) / inputs)) { first, n in
      for o in first..<first + n {
        transforms.filter(
          Int64(inputs), from + o * outputStep, Int64(inputStep), isTurned, to + o * inputs,
          Int64(plane))
      }
    }
    return space
  }

  /// The distance between the 36 matrices, not a power of two, so that they do not compete for the
  /// same cache lines.
  var plane: Int { (outputs * inputs + 15) / 16 * 16 + 16 }

  /// Computes the outputs of `samples` laid-out inputs.
  func run(
    _ image: UnsafeMutableRawPointer, samples: Int, weight: Workspace,
    bias: UnsafeMutableRawPointer?, into y: UnsafeMutableRawPointer
  ) throws {
    let tiles = tiles, nr = Int(kernels.nr), rows = samples * tiles.rows
    let perRow = 36 * (inputs + outputs) * tiles.columns * Self.size
    let most = min(max(1, Self.part / perRow), rows)
    // Vectors are written past the end of the last row. Rows an odd number of cache lines apart do
    // not compete for the same ones.
    let line = ((most * tiles.columns + 2 * nr) / 16 | 1) * 16
    let (planeIn, planeOut) = (inputs * line + 16, outputs * line + 16)
    let space = try Workspace(36 * (planeIn + planeOut) * Self.size)
    defer { space.free() }
    let before = space.base.assumingMemoryBound(to: Float.self)
    let after = before + 36 * planeIn
    let offsets = (0..<inputs).map { Int64($0 * line) }
    for first in stride(from: 0, to: rows, by: most) {
      let here = first..<min(first + most, rows)
      transform(image, here, line, planeIn, into: before)
      multiply(
        here.count * tiles.columns, line: line, offsets, weight, before, plane: planeIn,
        into: after, plane: planeOut)
      transformBack(after, here, line, planeOut, bias, into: y)
    }
  }

  private func transform(
    _ image: UnsafeMutableRawPointer, _ rows: Range<Int>, _ line: Int, _ plane: Int,
    into before: UnsafeMutablePointer<Float>
  ) {
    let (tiles, laid) = (tiles, laid)
    let (channel, width, phase) = (laid.channel, laid.width, laid.plane)
    let from = image.assumingMemoryBound(to: Float.self)
    let work = 36 * rows.count * tiles.columns
    ThreadPool.shared.forEachPiece(of: inputs, max(1, (1 << 15) / work)) { first, n in
      for i in first..<first + n {
        for (at, row) in rows.enumerated() {
          let (sample, y) = (row / tiles.rows, row % tiles.rows)
          transforms.input(
            Int64(tiles.columns), from + (sample * inputs + i) * channel + 4 * y * width,
            Int64(width), Int64(phase), before + i * line + at * tiles.columns, Int64(plane))
        }
      }
    }
  }

  /// Computes the 36 products of the transformed weight and the transformed tiles.
  private func multiply(
    _ columns: Int, line: Int, _ offsets: [Int64], _ weight: Workspace,
    _ before: UnsafeMutablePointer<Float>, plane planeIn: Int,
    into after: UnsafeMutablePointer<Float>, plane planeOut: Int
  ) {
    let mr = Int(kernels.mr), matrix = weight.base.assumingMemoryBound(to: Float.self)
    let perTask = min(outputs, max(mr, (1 << 20) / (inputs * columns) / mr * mr))
    let blocks = (outputs + perTask - 1) / perTask, plane = plane
    offsets.withUnsafeBufferPointer { table in
      ThreadPool.shared.run(36 * blocks) { task in
        let (x, first) = (task / blocks, task % blocks * perTask)
        var places = kk_conv_columns(
          first: 0, count: Int64(columns), width: Int64(columns), valid: Int64(columns),
          channel: Int64(line), row: 0, column: 1)
        kernels.block(
          Int64(min(perTask, outputs - first)), Int64(inputs), matrix + x * plane + first * inputs,
          Int64(inputs), false, before + x * planeIn, table.baseAddress, offsets.last ?? 0,
          Int64(planeIn), &places, nil, after + x * planeOut + first * line)
      }
    }
  }

  private func transformBack(
    _ after: UnsafeMutablePointer<Float>, _ rows: Range<Int>, _ line: Int, _ plane: Int,
    _ bias: UnsafeMutableRawPointer?, into y: UnsafeMutableRawPointer
  ) {
    let tiles = tiles, (height, width) = result, count = height * width
    let to = y.assumingMemoryBound(to: Float.self)
    let plus = bias?.assumingMemoryBound(to: Float.self)
    let work = 16 * rows.count * tiles.columns
    ThreadPool.shared.forEachPiece(of: outputs, max(1, (1 << 15) / work)) { first, n in
      for o in first..<first + n {
        for (at, row) in rows.enumerated() {
          let (sample, y) = (row / tiles.rows, row % tiles.rows)
          transforms.output(
            Int64(tiles.columns), after + o * line + at * tiles.columns, Int64(plane),
            plus?[o] ?? 0, to + (sample * outputs + o) * count + 4 * y * width, Int64(width),
            Int64(height - 4 * y), Int64(width))
        }
      }
    }
  }
}
