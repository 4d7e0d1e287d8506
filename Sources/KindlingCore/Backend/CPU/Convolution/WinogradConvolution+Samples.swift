import CKernels

/// Minimal filtering for small maps, with vectors over samples.
extension WinogradConvolution {
  /// Returns whether it needs clearly fewer multiplications than a direct sum that skips padding.
  func pays(for meetings: Int) -> Bool {
    tiles.columns <= 4 && 36 * tiles.rows * tiles.columns * 4 < meetings * 3
  }

  /// Computes the outputs of `batch` samples, laid out by `layout`.
  func run(
    _ layout: SampleConvolution, _ x: UnsafeMutableRawPointer, batch: Int, weight: Workspace,
    bias: UnsafeMutableRawPointer?, into y: UnsafeMutableRawPointer
  ) throws {
    let (nr, size) = (layout.nr, Self.size), count = tiles.rows * tiles.columns
    let (from, to) = (source.height * source.width, result.height * result.width)
    let (sourcePanel, resultPanel) = (inputs * from * nr, outputs * to * nr)
    let most = min(
      batch, max(1, SampleConvolution.part / ((sourcePanel + resultPanel) * size)) * nr)
    let panels = (most + nr - 1) / nr
    let perPass = min(panels * count, max(1, Self.part / (36 * (inputs + outputs) * nr * size)))
    // One additional cache line, so that the 36 elements do not compete for the same ones.
    let (planeIn, planeOut) = (perPass * inputs * nr + 16, perPass * outputs * nr + 16)
    let laid = try Workspace(panels * (sourcePanel + resultPanel) * size)
    defer { laid.free() }
    let space = try Workspace(36 * (planeIn + planeOut) * size)
    defer { space.free() }
    let before = space.base.assumingMemoryBound(to: Float.self), after = before + 36 * planeIn
    let image = laid.base.assumingMemoryBound(to: Float.self)
    let results = image + panels * sourcePanel
    let reads = places(6, source, before: padding, step: inputs * nr)
    let writes = places(4, result, before: (0, 0), step: outputs * nr)
    let plus = bias?.assumingMemoryBound(to: Float.self)
    for first in stride(from: 0, to: batch, by: most) {
      let n = min(most, batch - first), units = (n + nr - 1) / nr * count
      layout.layOut(x + first * inputs * from * size, n, inputs, from, into: laid.base)
      for start in stride(from: 0, to: units, by: perPass) {
        let here = start..<min(start + perPass, units)
        func samples(_ unit: Int) -> Int64 { Int64(min(nr, n - unit / count * nr)) }
        forEachPart(here, inputs) { unit, channel, channels in
          reads.withUnsafeBufferPointer { reads in
            guard let table = reads.baseAddress else { return }
            transforms.input_samples(
              Int64(channels), samples(unit), Int64(nr),
              image + unit / count * sourcePanel + channel * nr, table + unit % count * 36,
              before + ((unit - start) * inputs + channel) * nr, Int64(planeIn))
          }
        }
        multiply(here, nr, weight, before, plane: planeIn, into: after, plane: planeOut, samples)
        forEachPart(here, outputs) { unit, channel, channels in
          writes.withUnsafeBufferPointer { writes in
            guard let table = writes.baseAddress else { return }
            transforms.output_samples(
              Int64(channels), samples(unit), Int64(nr),
              after + ((unit - start) * outputs + channel) * nr, Int64(planeOut),
              plus.map { $0 + channel }, table + unit % count * 16,
              results + unit / count * resultPanel + channel * nr)
          }
        }
      }
      layout.bringBack(results, n, outputs, to, into: y + first * outputs * to * size)
    }
  }

  /// Returns the positions of every tile of `edge` × `edge` elements, `step` elements apart, or −1.
  private func places(
    _ edge: Int, _ map: (height: Int, width: Int), before: (height: Int, width: Int), step: Int
  ) -> [Int64] {
    (0..<tiles.rows * tiles.columns).flatMap { tile in
      (0..<edge * edge).map { i in
        let row = tile / tiles.columns * 4 + i / edge - before.height
        let column = tile % tiles.columns * 4 + i % edge - before.width
        let isThere = row >= 0 && row < map.height && column >= 0 && column < map.width
        return isThere ? Int64((row * map.width + column) * step) : -1
      }
    }
  }

  private func forEachPart(
    _ units: Range<Int>, _ channels: Int, _ body: (_ unit: Int, _ first: Int, _ count: Int) -> Void
  ) {
    let per = 16, pieces = (channels + per - 1) / per
    ThreadPool.shared.run(units.count * pieces) { task in
      let first = task % pieces * per
      body(units.lowerBound + task / pieces, first, min(per, channels - first))
    }
  }

  private func multiply(
    _ units: Range<Int>, _ nr: Int, _ weight: Workspace, _ before: UnsafeMutablePointer<Float>,
    plane planeIn: Int, into after: UnsafeMutablePointer<Float>, plane planeOut: Int,
    _ samples: (Int) -> Int64
  ) {
    let mr = Int(kernels.mr), matrix = weight.base.assumingMemoryBound(to: Float.self)
    let perTask = min(outputs, max(mr, (1 << 20) / (inputs * units.count * nr) / mr * mr))
    let blocks = (outputs + perTask - 1) / perTask, plane = plane
    let offsets = (0..<inputs).map { Int64($0 * nr) }
    offsets.withUnsafeBufferPointer { table in
      ThreadPool.shared.run(36 * blocks) { task in
        let (x, first) = (task / blocks, task % blocks * perTask)
        for unit in units {
          let at = unit - units.lowerBound
          var places = kk_conv_columns(
            first: 0, count: samples(unit), width: Int64(nr), valid: Int64(nr), channel: Int64(nr),
            row: 0, column: 1)
          kernels.block(
            Int64(min(perTask, outputs - first)), Int64(inputs),
            matrix + x * plane + first * inputs, Int64(inputs), false,
            before + x * planeIn + at * inputs * nr, table.baseAddress, offsets.last ?? 0,
            Int64(planeIn - at * inputs * nr), &places, nil,
            after + x * planeOut + (at * outputs + first) * nr)
        }
      }
    }
  }
}
