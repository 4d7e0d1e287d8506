import CKernels

/// A copy between a tensor that is in row order and one that is in column order.
///
/// It proceeds in tiles; a plain loop would fetch a cache line for every element.
package struct TransposedCopy {
  /// The minimum number of rows and columns for tiles.
  private static let least = 16
  /// The number of columns and rows that a thread copies at a time.
  private static let piece = (columns: 64, rows: 1024)

  private let source: Tensor
  private let out: Tensor
  /// The other dimensions, as sizes and strides of the source and the output.
  private var outer: [(size: Int, source: Int, out: Int)] = []
  private var rows: (size: Int, stride: Int) = (0, 0)
  private var columns: (size: Int, stride: Int) = (0, 0)

  /// Creates a plan, or returns nil if the dtypes differ or the tensors are not transposed in two
  /// dimensions.
  package init?(_ source: Tensor, _ out: Tensor) {
    guard source.dtype == out.dtype, out.numel >= Self.least * Self.least,
      !(source.isContiguous && out.isContiguous)
    else { return nil }
    self.source = source
    self.out = out
    let plan = ElementwisePlan([source], out)
    let (from, to, last) = (plan.strides[0], plan.strides[1], plan.sizes.count - 1)
    guard to[last] == 1, from[last] > 1, plan.sizes[last] >= Self.least,
      let along = (0..<last).first(where: { from[$0] == 1 && plan.sizes[$0] >= Self.least })
    else { return nil }
    rows = (plan.sizes[last], from[last])
    columns = (plan.sizes[along], to[along])
    for d in 0..<last where d != along { outer.append((plan.sizes[d], from[d], to[d])) }
  }

  func run() {
    let size = out.dtype.byteSize
    let across = (columns.size + Self.piece.columns - 1) / Self.piece.columns
    let down = (rows.size + Self.piece.rows - 1) / Self.piece.rows
    let planes = outer.reduce(1) { $0 * $1.size }
    let perTask = max(
      1, ElementwiseCall.piece / (Self.piece.columns * min(rows.size, Self.piece.rows)))
    ThreadPool.shared.forEachPiece(of: planes * across * down, perTask) { start, count in
      for task in start..<start + count {
        let column = task % across * Self.piece.columns
        let row = task / across % down * Self.piece.rows
        var plane = task / across / down
        var (from, to) = (row * rows.stride + column, column * columns.stride + row)
        for dimension in outer {
          let index = plane % dimension.size
          plane /= dimension.size
          from += index * dimension.source
          to += index * dimension.out
        }
        kk_transpose(
          Int64(min(Self.piece.rows, rows.size - row)),
          Int64(min(Self.piece.columns, columns.size - column)),
          source.pointer + from * size, Int64(rows.stride), out.pointer + to * size,
          Int64(columns.stride), Int64(size))
      }
    }
  }
}
