import CKernels

/// A contiguous `[N, C, S]` tensor, channel by channel.
///
/// If a channel has few elements per sample, as after small maps and linear layers, all elements of
/// a channel are gathered first, so that the loops have long runs.
struct ChannelPlan {
  let batch: Int
  let channels: Int
  /// The number of adjacent elements of one channel of one sample.
  let run: Int
  private let size: Int
  private let gathers: Bool

  private static let shortestRun = 32
  /// The number of channels gathered at a time: some cache lines of each sample.
  private static let block = 32

  /// Creates a plan, or returns nil if the tensor is not contiguous.
  init?(_ x: Tensor) {
    guard x.isContiguous, x.numel > 0 else { return nil }
    (batch, channels, run) = (x.shape[0], x.shape[1], x.shape[2])
    size = x.dtype.byteSize
    gathers = run < Self.shortestRun && batch > 1
  }

  /// The location of the channels of a tensor: in the tensor, or gathered in separate memory.
  struct Place {
    let base: UnsafeMutableRawPointer
    fileprivate let workspace: Workspace?

    func free() { workspace?.free() }
  }

  func reading(_ x: Tensor) throws -> Place {
    let place = try writing(x)
    if place.workspace != nil {
      forEachPart { at, together, n, line in
        kk_copy_rows(n, line, x.pointer + at, line, place.base + together, Int64(batch) * line)
      }
    }
    return place
  }

  func writing(_ x: Tensor) throws -> Place {
    if !gathers { return Place(base: x.pointer, workspace: nil) }
    let workspace = try Workspace(x.numel * size)
    return Place(base: workspace.base, workspace: workspace)
  }

  /// Copies gathered results back to `x`.
  func write(_ place: Place, into x: Tensor) {
    if place.workspace == nil { return }
    forEachPart { at, together, n, line in
      kk_copy_rows(n, line, place.base + together, Int64(batch) * line, x.pointer + at, line)
    }
  }

  /// Calls `body` with the offsets of the runs of some channels of a sample, in the tensor and
  /// gathered, their number, and the bytes of each.
  private func forEachPart(_ body: (Int, Int, Int64, Int64) -> Void) {
    let line = run * size, blocks = (channels + Self.block - 1) / Self.block
    let piece = max(1, ElementwiseCall.piece / (batch * run * Self.block))
    ThreadPool.shared.forEachPiece(of: blocks, piece) { first, count in
      for block in first..<first + count {
        let channel = block * Self.block, n = min(Self.block, channels - channel)
        for sample in 0..<batch {
          body(
            (sample * channels + channel) * line, (channel * batch + sample) * line, Int64(n),
            Int64(line))
        }
      }
    }
  }

  func forEachChannel(_ body: (Int) -> Void) {
    let piece = max(1, ElementwiseCall.piece / max(1, batch * run))
    ThreadPool.shared.forEachPiece(of: channels, piece) { first, count in
      for channel in first..<first + count { body(channel) }
    }
  }

  /// Calls `body` with the byte offset and the length of each run of the channel.
  func forEachRun(of channel: Int, _ body: (Int, Int64) -> Void) {
    if gathers { return body(channel * batch * run * size, Int64(batch * run)) }
    for sample in 0..<batch { body((sample * channels + channel) * run * size, Int64(run)) }
  }
}
