import CKernels
import Synchronization

extension SampleConvolution {
  /// The number of positions and samples per sum before it is added to memory.
  private static let depth = 1024

  /// The inputs or the gradients, packed with channels side by side: `[chunk of samples][panel of
  /// channels][place][sample][width]`.
  private struct Side {
    let channels: Int
    let places: Int
    let groups: Int
    let width: Int

    var perGroup: Int { channels / groups }
    var panels: Int { (perGroup + width - 1) / width }
    /// The number of packed elements per sample.
    var packed: Int { groups * panels * places * width }

    /// Returns the first element of a panel, for a chunk of `n` samples from `start` on.
    func panel(_ group: Int, _ panel: Int, start: Int, _ n: Int) -> Int {
      start * packed + (group * panels + panel) * places * n * width
    }
  }

  /// Computes the gradient of the weight.
  ///
  /// For each kernel element, the products of the connected positions are summed over all samples.
  /// Tiles have rows of input channels and columns of output channels.
  func weightGradient(
    _ x: UnsafeMutableRawPointer, _ gradient: UnsafeMutableRawPointer,
    into weight: UnsafeMutableRawPointer, products: kk_gemm_kernels
  ) throws {
    let (mr, nr, size, kernel) = (mr, nr, size, c.kernelCount)
    let left = Side(channels: c.inChannels, places: c.imageCount, groups: c.groups, width: mr)
    let right = Side(channels: c.outChannels, places: c.outputCount, groups: c.groups, width: nr)
    let (rows, columns) = (left.channels * left.places, right.channels * right.places)
    let most = min(c.batch, max(1, Self.part / ((rows + columns) * nr * size)) * nr)
    let parts = (c.batch + most - 1) / most
    let chunk = max(nr, Self.depth / right.places / nr * nr)
    let laid = try Workspace((most + nr - 1) / nr * nr * max(rows, columns) * size)
    defer { laid.free() }
    let a = try Workspace(most * left.packed * size)
    defer { a.free() }
    let b = try Workspace(most * right.packed * size)
    defer { b.free() }
    let tile = kernel * mr * nr * size, tiles = c.groups * left.panels * right.panels
    let sums = parts == 1 ? nil : try Workspace(tiles * tile)
    defer { sums?.free() }
    let table = meetings.byElement, failed = Atomic<Bool>(false)
    for first in stride(from: 0, to: c.batch, by: most) {
      let n = min(most, c.batch - first), isLast = first + n == c.batch
      pack(left, x + first * rows * size, n, chunk: chunk, laid.base, into: a.base, products)
      pack(
        right, gradient + first * columns * size, n, chunk: chunk, laid.base, into: b.base,
        products)
      // The start of the columns of a position depends on the number of samples in the chunk.
      let lengths = [min(chunk, n), (n - 1) % chunk + 1]
      let taps = lengths.flatMap { length in
        table.taps.map {
          kk_conv_tap(weight: Int64($0.element), column: Int64($0.place * length * nr))
        }
      }
      taps.withUnsafeBufferPointer { taps in
        ThreadPool.shared.run(tiles) { task in
          let i = task % left.panels, j = task / left.panels % right.panels
          let group = task / left.panels / right.panels
          let own = sums == nil ? try? Workspace(tile) : nil
          defer { own?.free() }
          guard let sum = own?.base ?? sums.map({ $0.base + task * tile }) else {
            return failed.store(true, ordering: .relaxed)
          }
          let m = min(mr, left.perGroup - i * mr), wide = min(nr, right.perGroup - j * nr)
          for start in stride(from: 0, to: n, by: chunk) {
            let length = min(chunk, n - start)
            let from = length == lengths[0] ? 0 : table.taps.count
            for element in 0..<kernel {
              kernels.taps(
                Int64(m), Int64(wide),
                a.base + left.panel(group, i, start: start, length) * size,
                b.base + right.panel(group, j, start: start, length) * size, Int64(length),
                Int64(length), 0, taps.baseAddress.map { $0 + from + table.starts[element] },
                Int64(table.starts[element + 1] - table.starts[element]), nil, first + start > 0,
                sum + element * mr * nr * size, Int64(nr))
            }
          }
          if isLast {
            kernels.spread(
              Int64(m), Int64(wide), Int64(kernel), sum,
              weight + ((group * right.perGroup + j * nr) * left.perGroup + i * mr) * kernel * size,
              Int64(left.perGroup * kernel))
          }
        }
      }
      if failed.load(ordering: .relaxed) { throw Workspace.shortage }
    }
  }

  private func pack(
    _ side: Side, _ x: UnsafeMutableRawPointer, _ n: Int, chunk: Int,
    _ laid: UnsafeMutableRawPointer, into out: UnsafeMutableRawPointer, _ products: kk_gemm_kernels
  ) {
    let (nr, size) = (nr, size), per = side.groups * side.panels
    layOut(x, n, side.channels, side.places, into: laid)
    let units = (n + nr - 1) / nr * side.places
    ThreadPool.shared.forEachPiece(of: units, max(1, (1 << 13) / (per * side.width * nr))) {
      first, count in
      for unit in first..<first + count {
        let samples = unit / side.places * nr, place = unit % side.places
        let start = samples / chunk * chunk, length = min(chunk, n - start)
        for panel in 0..<per {
          let (group, i) = (panel / side.panels, panel % side.panels)
          let channel = group * side.perGroup + i * side.width
          products.pack(
            Int64(side.width), Int64(min(side.width, side.perGroup - i * side.width)),
            Int64(min(nr, n - samples)), laid + (unit * side.channels + channel) * nr * size,
            Int64(nr), 1,
            out
              + (side.panel(group, i, start: start, length)
                + (place * length + samples - start) * side.width) * size)
        }
      }
    }
  }
}
