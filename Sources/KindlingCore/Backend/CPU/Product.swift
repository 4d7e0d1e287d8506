import CKernels
import Synchronization

/// A matrix in memory: its address and its row and column strides in elements.
struct Matrix {
  var base: UnsafeMutableRawPointer
  var row: Int
  var column: Int

  func from(byteOffset: Int) -> Matrix { Matrix(base: base + byteOffset, row: row, column: column) }
  var transposed: Matrix { Matrix(base: base, row: column, column: row) }
  func from(row i: Int, column j: Int, size: Int) -> Matrix {
    Matrix(base: base + (i * row + j * column) * size, row: row, column: column)
  }
}

/// A matrix product `c = alpha · a · b + beta · c` of a floating type: [m, k] · [k, n].
///
/// The columns of b are packed into panels. The rows of a are broadcast, read in place if their
/// elements are adjacent. k is split into equal depths that depend only on k, and every sum runs
/// over k in order. The results therefore depend neither on threads nor on strides.
struct Product {
  var m: Int, n: Int, k: Int
  let alpha: Double, beta: Double
  var a: Matrix, b: Matrix, c: Matrix
  let size: Int
  let kernels: UnsafePointer<kk_gemm_kernels>

  /// The largest depth of a panel: with 16 columns of float32 it fills a first-level cache.
  private static let depth = 512
  /// The number of columns packed at a time: their panels fit into a third-level cache.
  private static let width = 4096
  /// The minimum number of multiply-adds per task, about 20 µs.
  private static let grain = 1 << 20

  var mr: Int { Int(kernels.pointee.mr) }
  var nr: Int { Int(kernels.pointee.nr) }

  /// - Throws: an error if there is not enough memory for the panels.
  mutating func run() throws {
    if m == 0 || n == 0 { return }
    if n == 1 { return try timesVector() }
    if m == 1 {
      transpose()
      return try timesVector()
    }
    // Packing the smaller side costs less: x · Wᵀ with few rows packs x and reads W in place. With
    // more rows, writing the output across its rows costs more than packing W. An output with
    // contiguous columns is written along them.
    let weightsAreRows = b.row == 1 && b.column != 1 && n > m && m <= 32
    if weightsAreRows || c.column != 1 && c.row == 1 { transpose() }
    if m <= 128 && n >= 4 * nr && n >= m { try fewRows() } else { try manyRows() }
  }

  private mutating func transpose() {
    (m, n) = (n, m)
    (a, b) = (b.transposed, a.transposed)
    c = c.transposed
  }

  /// The number of equal parts of k, and their depth.
  private var depths: (count: Int, depth: Int) {
    let count = max(1, (k + Self.depth - 1) / Self.depth)
    return (count, (k + count - 1) / count)
  }

  /// Computes the product with few rows: each task packs some columns and multiplies them with all
  /// rows.
  private func fewRows() throws {
    let (count, depth) = depths
    let panels = (n + nr - 1) / nr
    let perTask = min(max(1, Self.grain / max(1, m * k * nr)), 8)
    let packedRows = try packedRowsIfScattered(0, m, depth, count)
    defer { packedRows?.free() }
    let failed = Atomic<Bool>(false)
    ThreadPool.shared.run((panels + perTask - 1) / perTask) { task in
      let first = task * perTask * nr, columns = min(perTask * nr, n - first)
      guard let buffer = try? Workspace(perTask * nr * depth * size) else {
        return failed.store(true, ordering: .relaxed)
      }
      defer { buffer.free() }
      for part in 0..<count {
        let at = part * depth, here = min(depth, k - at)
        pack(columns: first, columns, at, here, into: buffer.base)
        multiply(
          rows: 0..<m, columns: first..<first + columns, part: part, depth: here,
          packedRows.map { $0.base + at * paddedRows(m) * size }
            ?? a.from(row: 0, column: at, size: size).base,
          step: a.row, isPacked: packedRows != nil, buffer.base)
      }
    }
    if failed.load(ordering: .relaxed) { throw Workspace.shortage }
  }

  /// Computes the product with many rows: all columns are packed once, and each task multiplies
  /// some rows.
  private func manyRows() throws {
    let (count, depth) = depths
    let wide = min(n, Self.width)
    let panelsWide = (wide + nr - 1) / nr
    // Blocks of the depth fill the third-level cache, so that threads rarely synchronize.
    let together = min(count, max(1, Self.width * Self.depth / max(1, wide * depth)))
    let columns = try Workspace(panelsWide * nr * depth * together * size)
    defer { columns.free() }
    let failed = Atomic<Bool>(false)
    let tasks = shrinkingTasks(depth, perTile: wide * depth * mr)
    // Rows in order are read in place, unless so many columns use them that packing is cheap: rows
    // a power of two apart compete for the same cache lines.
    let packsRows = a.column != 1 || n >= 256
    for start in stride(from: 0, to: n, by: Self.width) {
      let here = min(Self.width, n - start)
      let panels = (here + nr - 1) / nr
      let perPack = max(1, (1 << 15) / (depth * nr + 1))
      let packs = (panels + perPack - 1) / perPack
      for firstPart in stride(from: 0, to: count, by: together) {
        let parts = firstPart..<min(firstPart + together, count)
        func packed(_ part: Int) -> UnsafeMutableRawPointer {
          columns.base + (part - firstPart) * panelsWide * nr * depth * size
        }
        ThreadPool.shared.run(packs * parts.count) { task in
          let part = firstPart + task / packs, first = task % packs * perPack
          let deep = min(depth, k - part * depth)
          pack(
            columns: start + first * nr, min(perPack * nr, here - first * nr), part * depth, deep,
            into: packed(part) + first * nr * deep * size)
        }
        ThreadPool.shared.run(tasks.count) { task in
          let first = tasks[task].lowerBound * mr
          let rows = min(tasks[task].upperBound * mr, m) - first
          let buffer = packsRows ? try? Workspace(paddedRows(rows) * depth * size) : nil
          defer { buffer?.free() }
          if packsRows && buffer == nil { return failed.store(true, ordering: .relaxed) }
          for part in parts {
            let at = part * depth, deep = min(depth, k - at)
            let from = a.from(row: first, column: at, size: size)
            if let buffer {
              kernels.pointee.pack(
                Int64(mr), Int64(rows), Int64(deep), from.base, Int64(a.row), Int64(a.column),
                buffer.base)
            }
            multiply(
              rows: first..<first + rows, columns: start..<start + here, part: part, depth: deep,
              buffer?.base ?? from.base, step: a.row, isPacked: packsRows, packed(part))
          }
        }
      }
    }
    if failed.load(ordering: .relaxed) { throw Workspace.shortage }
  }

  /// Returns ranges of row tiles that shrink.
  ///
  /// A large range reuses the columns for many rows, while its part of a stays in a second-level
  /// cache. The small ones at the end keep all threads busy.
  private func shrinkingTasks(_ depth: Int, perTile: Int) -> [Range<Int>] {
    let tiles = (m + mr - 1) / mr, least = max(1, Self.grain / 4 / max(1, perTile))
    let most = max(48, min(96, 24_576 / max(1, depth))) / mr
    var tasks: [Range<Int>] = [], first = 0
    while first < tiles {
      let left = tiles - first, count = min(left, max(least, min(left / 8, most)))
      tasks.append(first..<first + count)
      first += count
    }
    return tasks
  }

  private func paddedRows(_ rows: Int) -> Int { (rows + mr - 1) / mr * mr }

  /// Packs all rows from `first`, part by part of k, if their elements are not adjacent.
  private func packedRowsIfScattered(
    _ first: Int, _ rows: Int, _ depth: Int, _ count: Int
  ) throws -> Workspace? {
    if a.column == 1 { return nil }
    let padded = paddedRows(rows)
    let buffer = try Workspace(padded * max(k, 1) * size)
    for part in 0..<count {
      let at = part * depth, here = min(depth, k - at)
      kernels.pointee.pack(
        Int64(mr), Int64(rows), Int64(here), a.from(row: first, column: at, size: size).base,
        Int64(a.row), Int64(a.column), buffer.base + at * padded * size)
    }
    return buffer
  }

  private func pack(
    columns first: Int, _ count: Int, _ at: Int, _ depth: Int, into target: UnsafeMutableRawPointer
  ) {
    kernels.pointee.pack(
      Int64(nr), Int64(count), Int64(depth), b.from(row: at, column: first, size: size).base,
      Int64(b.column), Int64(b.row), target)
  }

  /// Adds one depth of the product to a part of c; the first one also applies beta.
  private func multiply(
    rows: Range<Int>, columns: Range<Int>, part: Int, depth: Int, _ left: UnsafeMutableRawPointer,
    step: Int, isPacked: Bool, _ right: UnsafeMutableRawPointer
  ) {
    kernels.pointee.block(
      Int64(rows.count), Int64(columns.count), Int64(depth), alpha, left, Int64(step), isPacked,
      right, part == 0 ? beta : 1,
      c.from(row: rows.lowerBound, column: columns.lowerBound, size: size).base, Int64(c.row),
      Int64(c.column))
  }

  // MARK: One column

  private func timesVector() throws {
    var x = b.base, copy: Workspace?
    defer { copy?.free() }
    if b.row != 1 && k > 1 {
      let buffer = try Workspace(k * size)
      kernels.pointee.pack(1, 1, Int64(k), b.base, 1, Int64(b.row), buffer.base)
      copy = buffer
      x = buffer.base
    }
    if a.column == 1 || k <= 1 {
      let rows = max(4, Self.grain / 4 / max(1, k) / 4 * 4)
      ThreadPool.shared.forEachPiece(of: m, rows) { first, count in
        kernels.pointee.mv_rows(
          Int64(count), Int64(k), alpha, a.base + first * a.row * size, Int64(a.row), x, beta,
          c.base + first * c.row * size, Int64(c.row))
      }
    } else if a.row == 1 || m <= 1 {
      ThreadPool.shared.forEachPiece(of: m, 1024) { first, count in
        kernels.pointee.mv_columns(
          Int64(count), Int64(k), alpha, a.base + first * size, Int64(a.column), x, beta,
          c.base + first * c.row * size, Int64(c.row))
      }
    } else {
      // Rows whose elements are not adjacent are copied first, one at a time.
      let buffer = try Workspace(k * size)
      defer { buffer.free() }
      for i in 0..<m {
        kernels.pointee.pack(
          1, 1, Int64(k), a.base + i * a.row * size, 1, Int64(a.column), buffer.base)
        kernels.pointee.mv_rows(
          1, Int64(k), alpha, buffer.base, 0, x, beta, c.base + i * c.row * size, 1)
      }
    }
  }
}
