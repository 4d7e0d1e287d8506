import CKernels

/// A convolution over small maps whose columns are samples, one position of the map after another.
///
/// Inputs are laid out as `[panel of nr samples][place][channel][nr]`. Every tile is then full
/// however small the map is, kernel elements that only read padding cost nothing, and the weight is
/// read once for all samples. Sums run over blocks of channels, then over kernel elements, then
/// over the channels of the block.
struct SampleConvolution {
  let kernels: kk_conv_kernels
  let c: Convolution
  let size: Int
  let meetings: Meetings

  /// The bytes of inputs laid out at a time, and of the weight kept in a cache: a third-level and
  /// half a second-level cache.
  static let part = 16 << 20
  private static let weightCache = 256 << 10
  /// The number of multiply-adds per task.
  private static let grain = 1 << 21
  /// The number of multiply-adds that cost as much as laying out one element.
  private static let layingOut = 32
  /// The maximum number of pairs of positions and kernel elements in a table.
  private static let mostMeetings = 1 << 14

  var mr: Int { Int(kernels.mr) }
  var nr: Int { Int(kernels.nr) }

  /// Creates a plan, or returns nil if laying out whole inputs costs less: for large maps or few
  /// samples.
  init?(_ c: Convolution, _ dtype: DType, _ kernels: kk_conv_kernels, forWeight: Bool = false) {
    guard c.outputCount * c.kernelCount <= Self.mostMeetings else { return nil }
    self.kernels = kernels
    self.c = c
    size = dtype.byteSize
    meetings = Meetings(c)
    let laid = LaidImage.forward(c), nr = Int(kernels.nr), lanes = nr / 2
    let (inputs, outputs) = (c.inChannels / c.groups, c.outChannels / c.groups)
    // Low or narrow tiles waste loads.
    let padded = (c.batch + lanes - 1) / lanes * lanes
    let low = max(1, 6 / min(forWeight ? inputs : outputs, inputs * 6, 6))
    let elements = c.inChannels * c.imageCount + c.outChannels * c.outputCount
    let across =
      padded * meetings.count * inputs * c.outChannels * low + c.batch * elements * Self.layingOut
    let columns = (c.output[1] - 1) * laid.width + c.output[2]
    let direct =
      c.batch * c.output[0] * ((columns + nr - 1) / nr * nr) * c.kernelCount * inputs
      * c.outChannels + c.batch * c.inChannels * laid.channel * Self.layingOut / 2
    guard across < direct else { return nil }
  }

  // MARK: Output and input gradient

  /// Computes the output from the input, or with `back` the input gradient from that of the output.
  func run(
    back: Bool, _ source: UnsafeMutableRawPointer, bias: UnsafeMutableRawPointer?,
    into target: UnsafeMutableRawPointer,
    pack: (_ taps: [Int], _ block: Int, _ out: UnsafeMutableRawPointer) -> Void
  ) throws {
    let image = (channels: c.inChannels, places: c.imageCount)
    let output = (channels: c.outChannels, places: c.outputCount)
    let (from, to) = back ? (output, image) : (image, output)
    // The kernel elements and the source positions for each target position.
    let met = back ? meetings.byInput : meetings.byOutput
    let (mr, nr, size) = (mr, nr, size), groups = c.groups, block = CPUBackend.channelBlock
    let channels = from.channels / groups, m = to.channels / groups
    let taps = meetings.kernelElements, depth = channels * taps.count
    let rowPanels = (m + mr - 1) / mr
    let weight = try Workspace(max(groups * rowPanels * mr * depth, 1) * size)
    defer { weight.free() }
    pack(taps, block, weight.base)
    let table = met.taps.map {
      kk_conv_tap(
        weight: Int64(meetings.rank[$0.element]), column: Int64($0.place * from.channels * nr))
    }
    let starts = met.starts
    let sourcePanel = from.channels * from.places * nr * size
    let targetPanel = to.channels * to.places * nr * size
    let panelsPerPart = max(1, Self.part / (sourcePanel + targetPanel))
    let most = min(c.batch, panelsPerPart * nr), mostPanels = (most + nr - 1) / nr
    let laid = try Workspace(mostPanels * (sourcePanel + targetPanel))
    defer { laid.free() }
    let columns = laid.base, results = laid.base + mostPanels * sourcePanel

    // The rows of the weight that stay in a cache while all columns are processed.
    let perBlock = min(rowPanels, max(1, Self.weightCache / max(mr * depth * size, 1)))
    let blocks = (rowPanels + perBlock - 1) / perBlock
    let perUnit = perBlock * mr * nr * channels * max(1, table.count / max(to.places, 1))
    let perTask = max(1, Self.grain / max(perUnit, 1))
    for first in stride(from: 0, to: c.batch, by: most) {
      let n = min(most, c.batch - first)
      layOut(
        source + first * from.channels * from.places * size, n, from.channels,
        from.places, into: columns)
      let units = (n + nr - 1) / nr * to.places
      let pieces = (units + perTask - 1) / perTask
      table.withUnsafeBufferPointer { table in
        ThreadPool.shared.run(groups * blocks * pieces) { task in
          let piece = task % pieces, row = task / pieces % blocks * perBlock * mr
          let group = task / pieces / blocks
          let rows = min(perBlock * mr, m - row), channel = group * m + row
          for unit in piece * perTask..<min((piece + 1) * perTask, units) {
            let panel = unit / to.places, place = unit % to.places
            kernels.taps(
              Int64(rows), Int64(min(nr, n - panel * nr)),
              weight.base + (group * rowPanels * mr + row) * depth * size,
              columns + panel * sourcePanel + group * channels * nr * size, Int64(channels),
              Int64(block), Int64(taps.count), table.baseAddress.map { $0 + starts[place] },
              Int64(starts[place + 1] - starts[place]),
              bias.map { UnsafeRawPointer($0 + channel * size) }, false,
              results + panel * targetPanel + (place * to.channels + channel) * nr * size,
              Int64(nr))
          }
        }
      }
      bringBack(
        results, n, to.channels, to.places,
        into: target + first * to.channels * to.places * size)
    }
  }

  // MARK: Laying out

  /// Returns the number of channels that a thread lays out at a time.
  private func perPiece(_ places: Int) -> Int { max(1, (1 << 13) / (places * nr)) }

  func layOut(
    _ x: UnsafeMutableRawPointer, _ samples: Int, _ channels: Int, _ places: Int,
    into columns: UnsafeMutableRawPointer
  ) {
    let (nr, size) = (nr, size), per = perPiece(places), pieces = (channels + per - 1) / per
    ThreadPool.shared.run((samples + nr - 1) / nr * pieces) { task in
      let panel = task / pieces, first = task % pieces * per
      kernels.cross(
        Int64(min(nr, samples - panel * nr)), Int64(min(per, channels - first)), Int64(places),
        x + (panel * nr * channels + first) * places * size, Int64(channels * places),
        columns + (panel * channels * places + first) * nr * size, Int64(channels * nr))
    }
  }

  func bringBack(
    _ columns: UnsafeMutableRawPointer, _ samples: Int, _ channels: Int, _ places: Int,
    into y: UnsafeMutableRawPointer
  ) {
    let (nr, size) = (nr, size), per = perPiece(places), pieces = (channels + per - 1) / per
    ThreadPool.shared.run((samples + nr - 1) / nr * pieces) { task in
      let panel = task / pieces, first = task % pieces * per
      kernels.uncross(
        Int64(min(nr, samples - panel * nr)), Int64(min(per, channels - first)), Int64(places),
        columns + (panel * channels * places + first) * nr * size, Int64(channels * nr),
        y + (panel * nr * channels + first) * places * size, Int64(channels * places))
    }
  }
}
