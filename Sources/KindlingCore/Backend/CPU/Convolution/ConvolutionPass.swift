import CKernels

/// The products of the weight with all columns of some laid-out inputs: a convolution, or one phase
/// of its backward pass.
///
/// All sums run over k in order, and the work of a task depends only on the shapes.
struct ConvolutionPass {
  let kernels: kk_conv_kernels
  /// The size of an element in bytes.
  let size: Int

  // The weight: m rows of k elements for each group, packed or `weightRow` apart.
  var m: Int
  var k: Int
  var weight: UnsafeMutableRawPointer
  var weightRow: Int
  var isPacked: Bool
  var weightGroup: Int

  // The inputs: the start of the columns for each of the k elements, and the readable range.
  var offsets: [Int]
  var image: UnsafeMutableRawPointer
  var imageSample: Int
  var imageGroup: Int
  var imagePlane: Int
  var width: Int
  var readable: Int

  // The output: its positions, their strides, and its first element.
  var samples: Int
  var groups: Int
  var depth: Int
  var rows: Int
  var valid: Int
  var result: UnsafeMutableRawPointer
  var resultSample: Int
  var channel: Int
  var depthStep: Int
  var rowStep: Int
  var columnStep: Int
  var bias: UnsafeMutableRawPointer?

  /// The maximum number of rows of the weight per task.
  private static let mostRows = 240
  /// The number of column panels that counts as few, and the bytes of the weight that a
  /// second-level cache keeps for them.
  private static let fewPanels = 8
  private static let weightCache = 128 << 10

  func run() {
    let (mr, nr) = (Int(kernels.mr), Int(kernels.nr))
    if samples == 0 || m == 0 || depth == 0 || rows == 0 || valid == 0 { return }
    let columns = (rows - 1) * width + valid
    let panels = (columns + nr - 1) / nr
    let units = samples * groups * depth
    // If few columns use the weight, its rows stay in a second-level cache for all of them.
    let isNarrow = panels <= Self.fewPanels
    let most = isNarrow ? min(Self.mostRows, Self.weightCache / (max(k, 1) * size)) : Self.mostRows
    let rowsPerTask = min(m, max(most / mr, 1) * mr)
    // The work of a panel and in total, in multiply-adds; k may be 0 if only padding is read.
    let perPanel = rowsPerTask * max(k, 1) * nr
    let grain = min(max(units * panels / 64 * perPanel, 1 << 18), 1 << 22)
    let panelsPerTask = isNarrow ? panels : min(max(grain / perPanel, 1), panels)
    let pieces = (panels + panelsPerTask - 1) / panelsPerTask
    let blocks = (m + rowsPerTask - 1) / rowsPerTask
    let table = (offsets.isEmpty ? [0] : offsets).map { Int64($0) }
    let reach = table.max() ?? 0
    table.withUnsafeBufferPointer { table in
      ThreadPool.shared.run(units * pieces * blocks) { task in
        let block = task % blocks, piece = task / blocks % pieces, unit = task / blocks / pieces
        let z = unit % depth, group = unit / depth % groups, sample = unit / depth / groups
        let first = block * rowsPerTask, count = min(rowsPerTask, m - first)
        let start = sample * imageSample + group * imageGroup + z * imagePlane
        let from = piece * panelsPerTask * nr
        var places = kk_conv_columns(
          first: Int64(from), count: Int64(min(panelsPerTask * nr, columns - from)),
          width: Int64(width), valid: Int64(valid), channel: Int64(channel), row: Int64(rowStep),
          column: Int64(columnStep))
        kernels.block(
          Int64(count), Int64(k),
          weight + (group * weightGroup + first * (isPacked ? k : weightRow)) * size,
          Int64(weightRow), isPacked, image + start * size, table.baseAddress, reach,
          Int64(readable - start), &places,
          bias.map { UnsafeRawPointer($0 + (group * m + first) * size) },
          result + (sample * resultSample + (group * m + first) * channel + z * depthStep) * size)
      }
    }
  }
}
