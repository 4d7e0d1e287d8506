import CKernels

extension CPUBackend {
  package func weightedSums(
    _ x: Tensor, _ places: Tensor, _ weights: Tensor?, into out: Tensor
  ) throws {
    let call = try SamplingCall(x, out, places, weights)
    call.forEachPart { taps, rows, x, out in
      call.loops.gather(&taps, rows, x, call.row, out, call.line)
    }
  }

  package func spreadSums(
    _ y: Tensor, _ places: Tensor, _ weights: Tensor?, into x: Tensor
  ) throws {
    let call = try SamplingCall(x, y, places, weights)
    try fill(x, .int(0))
    call.forEachPart { taps, rows, x, y in
      call.loops.spread(&taps, rows, y, call.line, x, call.row)
    }
  }

  package func placeProducts(
    _ y: Tensor, _ x: Tensor, _ places: Tensor, into weights: Tensor
  ) throws {
    let call = try SamplingCall(x, y, places, weights)
    try fill(weights, .int(0))
    call.forEachGroup { taps, x, y, sums in
      call.loops.products(&taps, call.rows, y, call.line, x, call.row, sums)
    }
  }
}

/// A call of the loops over weighted elements, whose tensors are contiguous: the work is shared out by
/// groups, and by rows where each has its own results.
private struct SamplingCall: @unchecked Sendable {
  let loops: kk_sample_loops
  let rows: Int64
  /// Elements of a row of the image and of the results.
  let row, line: Int64
  private let groups: Int
  private let x, out, weights: UnsafeMutableRawPointer
  private let hasWeights: Bool
  private let places: UnsafePointer<Int64>
  private let taps: Int, count: Int, width: Int, size: Int

  init(_ x: Tensor, _ out: Tensor, _ places: Tensor, _ weights: Tensor?) throws {
    let loops = try require(
      kk_sample(x.dtype.rawValue)?.pointee, .dtype, "weighted_sums",
      "not implemented for '\(x.dtype.scalarName)'")
    self.loops = loops
    groups = x.shape[0]
    rows = Int64(x.shape[1])
    (taps, count, width, size) = (places.shape[0], places.shape[2], x.shape[3], x.dtype.byteSize)
    row = Int64(x.shape[2] * width)
    line = Int64(count * width)
    self.places = UnsafePointer(places.pointer.assumingMemoryBound(to: Int64.self))
    (self.x, self.out) = (x.pointer, out.pointer)
    (hasWeights, self.weights) = (weights != nil, weights?.pointer ?? out.pointer)
    let last = Int64(x.shape[2])
    let bad = kk_first_outside(Int64(places.numel), self.places, -1, last)
    try require(
      bad < 0, .index, "weighted_sums",
      "place \(self.places[Int(bad)]) is out of bounds for a line of \(last) places")
  }

  private func taps(of group: Int) -> kk_taps {
    kk_taps(
      taps: Int64(taps), n: Int64(count), step: Int64(groups * count),
      places: places + group * count,
      weights: hasWeights ? UnsafeRawPointer(weights + group * count * size) : nil,
      width: Int64(width))
  }

  /// Calls `body` for some rows of a group at a time, with where they start in the image and the results.
  func forEachPart(
    _ body: (inout kk_taps, Int64, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
  ) {
    let perRow = max(1, taps * count * width), rows = Int(self.rows)
    // Rows go through the loops in fours.
    let piece = max(1, ElementwiseCall.piece / (4 * perRow)) * 4
    ThreadPool.shared.forEachPiece(of: groups * rows, piece) { first, length in
      var done = first
      while done < first + length {
        let group = done / rows
        let part = min(first + length, (group + 1) * rows) - done
        var taps = taps(of: group)
        body(&taps, Int64(part), x + done * Int(row) * size, out + done * Int(line) * size)
        done += part
      }
    }
  }

  /// Calls `body` for each group, with where it starts in the image, the results and the weights.
  func forEachGroup(
    _ body: (
      inout kk_taps, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> Void
  ) {
    let rows = Int(self.rows)
    ThreadPool.shared.forEachPiece(of: groups, 1) { first, length in
      for group in first..<first + length {
        var taps = taps(of: group)
        body(
          &taps, x + group * rows * Int(row) * size, out + group * rows * Int(line) * size,
          weights + group * count * size)
      }
    }
  }
}
