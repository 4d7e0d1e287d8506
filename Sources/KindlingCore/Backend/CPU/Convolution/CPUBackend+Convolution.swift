import CKernels

/// Convolutions of float32 and float64; other dtypes use the composed forms.
///
/// A sum starts from the bias. In training it runs over blocks of channels, then over kernel
/// elements, then over the channels of the block. This is oneDNN's order, so the results equal
/// PyTorch's bit for bit, and max pooling selects the same elements.
extension CPUBackend {
  static let channelBlock = 16

  package func convolution(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into y: Tensor
  ) throws {
    guard let kernels = kk_conv(y.dtype.rawValue)?.pointee else {
      return try composedConvolution(x, weight, bias: bias, c, into: y)
    }
    if try runFast(x, weight, bias: bias, c, kernels, back: false, into: y) { return }
    let size = y.dtype.byteSize
    let (inputs, outputs) = (c.inChannels / c.groups, c.outChannels / c.groups)
    let laid = LaidImage.forward(c)
    let offsets = channelOffsets(inputs, laid.channel, laid.offsets, block: Self.channelBlock)
    let k = offsets.count
    // The rows of the weight are packed to be in order, and if many columns use them.
    let packs =
      c.kernelCount > 1 && inputs > 1 || outputs > 1 && c.batch * c.outputCount >= 1024
    let packed = packs ? try Workspace(c.groups * panelled(outputs, kernels) * k * size) : nil
    defer { packed?.free() }
    if let packed {
      pack(
        weight, c, kernels, back: false, taps: Array(0..<c.kernelCount), block: Self.channelBlock,
        into: packed.base)
    }
    try forEachPart(c.batch, x.pointer, channels: c.inChannels, laid, kernels, size: size) {
      first, n, image, readable in
      ConvolutionPass(
        kernels: kernels, size: size, m: outputs, k: k, weight: packed?.base ?? weight.pointer,
        weightRow: k, isPacked: packs,
        weightGroup: (packs ? panelled(outputs, kernels) : outputs) * k, offsets: offsets,
        image: image, imageSample: c.inChannels * laid.channel, imageGroup: inputs * laid.channel,
        imagePlane: laid.plane, width: laid.width, readable: readable, samples: n,
        groups: c.groups, depth: c.output[0], rows: c.output[1], valid: c.output[2],
        result: y.pointer + first * c.outChannels * c.outputCount * size,
        resultSample: c.outChannels * c.outputCount, channel: c.outputCount,
        depthStep: c.output[1] * c.output[2], rowStep: c.output[2], columnStep: 1,
        bias: bias?.pointer
      ).run()
    }
  }

  package func convolutionInput(
    _ gradient: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into x: Tensor
  ) throws {
    guard let kernels = kk_conv(x.dtype.rawValue)?.pointee else {
      return try composedConvolutionInput(gradient, weight, bias: bias, c, into: x)
    }
    if try runFast(gradient, weight, bias: bias, c, kernels, back: true, into: x) { return }
    let size = x.dtype.byteSize
    let (inputs, outputs) = (c.inChannels / c.groups, c.outChannels / c.groups)
    let block = c.isExact ? Self.channelBlock : 1
    // Input elements that are a stride apart use the same kernel elements: each such phase is a
    // separate convolution of stride 1. Elements without any kernel element only get the bias.
    let axes = (0..<3).map { TransposedAxis(c, $0) }
    if axes.contains(where: \.hasGaps) { try setChannels(of: x, c.inChannels, to: bias) }
    let laid = LaidImage(axes: axes.map(\.axis))
    try forEachPart(c.batch, gradient.pointer, channels: c.outChannels, laid, kernels, size: size) {
      first, n, image, readable in
      for d in axes[0].phases {
        for h in axes[1].phases {
          for w in axes[2].phases {
            var taps: [Int] = [], places: [Int] = []
            for (kd, ed) in d.taps {
              for (kh, eh) in h.taps {
                for (kw, ew) in w.taps {
                  taps.append((kd * c.kernel[1] + kh) * c.kernel[2] + kw)
                  places.append(ed * laid.plane + eh * laid.width + ew)
                }
              }
            }
            let offsets = channelOffsets(outputs, laid.channel, places, block: block)
            let packed = try Workspace(
              max(c.groups * panelled(inputs, kernels) * offsets.count, 1) * size)
            defer { packed.free() }
            pack(
              weight, c, kernels, back: true, taps: taps, block: block, into: packed.base)
            let corner = (d.first * c.image[1] + h.first) * c.image[2] + w.first
            ConvolutionPass(
              kernels: kernels, size: size, m: inputs, k: offsets.count, weight: packed.base,
              weightRow: 0, isPacked: true, weightGroup: panelled(inputs, kernels) * offsets.count,
              offsets: offsets, image: image, imageSample: c.outChannels * laid.channel,
              imageGroup: outputs * laid.channel, imagePlane: laid.plane, width: laid.width,
              readable: readable, samples: n, groups: c.groups, depth: d.count, rows: h.count,
              valid: w.count,
              result: x.pointer + (first * c.inChannels * c.imageCount + corner) * size,
              resultSample: c.inChannels * c.imageCount, channel: c.imageCount,
              depthStep: c.stride[0] * c.image[1] * c.image[2], rowStep: c.stride[1] * c.image[2],
              columnStep: c.stride[2], bias: bias?.pointer
            ).run()
          }
        }
      }
    }
  }

  package func convolutionWeight(
    _ gradient: Tensor, _ x: Tensor, _ c: Convolution, into weight: Tensor
  ) throws {
    guard let kernels = kk_conv(x.dtype.rawValue)?.pointee,
      let products = kk_gemm(x.dtype.rawValue)?.pointee
    else { return try composedConvolutionWeight(gradient, x, c, into: weight) }
    if let small = SampleConvolution(c, x.dtype, kernels, forWeight: true) {
      return try small.weightGradient(
        x.pointer, gradient.pointer, into: weight.pointer, products: products)
    }
    let size = x.dtype.byteSize, laid = LaidImage.forward(c)
    let (inputs, outputs) = (c.inChannels / c.groups, c.outChannels / c.groups)
    // With one channel per group (depthwise), a panel would be empty except for its first column.
    let nr = outputs == 1 ? 1 : Int(kernels.nr)
    let offsets = channelOffsets(inputs, laid.channel, laid.offsets, block: 1).map(Int64.init)
    let k = offsets.count, panels = (outputs + nr - 1) / nr
    // The sums, transposed, in whole panels of columns.
    let sums = try Tensor(uninitialized: [c.groups, k, panels * nr], x.dtype, on: self)
    try fill(sums, .int(0))
    let (lines, line) = (c.output[1], c.output[2])
    let columns = (lines - 1) * laid.width + line
    let units = c.groups * c.output[0]
    try forEachPart(
      c.batch, x.pointer, channels: c.inChannels, laid, kernels, size: size,
      besides: units * panels * nr * columns
    ) { first, n, image, _ in
      // The gradients with channels side by side, padded with zeros.
      let turned = try Workspace(n * units * panels * columns * nr * size)
      defer { turned.free() }
      ThreadPool.shared.run(n * units * panels) { task in
        let panel = task % panels, unit = task / panels
        let z = unit % c.output[0], group = unit / c.output[0] % c.groups
        let channel = group * outputs + panel * nr
        let from =
          gradient.pointer
          + (((first + unit / units) * c.outChannels + channel) * c.outputCount + z * lines * line)
          * size
        let to = turned.base + task * columns * nr * size
        for row in 0..<lines {
          let here = to + row * laid.width * nr * size
          products.pack(
            Int64(nr), Int64(min(nr, outputs - panel * nr)), Int64(line), from + row * line * size,
            Int64(c.outputCount), 1, here)
          if row < lines - 1 && laid.width > line {
            (here + line * nr * size).initializeMemory(
              as: UInt8.self, repeating: 0, count: (laid.width - line) * nr * size)
          }
        }
      }
      offsets.withUnsafeBufferPointer { table in
        guard let table = table.baseAddress else { return }
        let rowsPerTask = 8 * Int(kernels.mr), deep = 256
        let blocks = (k + rowsPerTask - 1) / rowsPerTask
        ThreadPool.shared.run(c.groups * blocks * panels) { task in
          let panel = task % panels, block = task / panels % blocks, group = task / panels / blocks
          let row = block * rowsPerTask, rows = min(rowsPerTask, k - row)
          let target = sums.pointer + ((group * k + row) * panels + panel) * nr * size
          for part in 0..<n * c.output[0] {
            let sample = part / c.output[0], z = part % c.output[0]
            let source =
              image
              + ((sample * c.inChannels + group * inputs) * laid.channel + z * laid.plane) * size
            let unit = (sample * c.groups + group) * c.output[0] + z
            let right = turned.base + (unit * panels + panel) * columns * nr * size
            if outputs == 1 {
              // Computed in parts that are added up: a single long sum over a plane would lose
              // accuracy.
              for start in stride(from: 0, to: columns, by: 8 * deep) {
                kernels.dots(
                  Int64(rows), Int64(min(8 * deep, columns - start)), source + start * size,
                  table + row, right + start * size, target)
              }
              continue
            }
            for start in stride(from: 0, to: columns, by: deep) {
              kernels.outer(
                Int64(rows), Int64(min(nr, outputs - panel * nr)),
                Int64(min(deep, columns - start)),
                source + start * size, table + row, right + start * nr * size, 0, target,
                Int64(panels * nr))
            }
          }
        }
      }
    }
    let wide = panels * nr
    try copy(
      sums.alias(shape: [c.groups, outputs, k], strides: [k * wide, 1, wide], offset: 0),
      into: weight.alias(
        shape: [c.groups, outputs, k], strides: [outputs * k, k, 1], offset: weight.storageOffset))
  }

  // MARK: Shared parts

  /// Computes the convolution, or with `back` the gradient with respect to its input, by minimal
  /// filtering or over samples, and returns whether one of these methods suits it.
  private func runFast(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, _ kernels: kk_conv_kernels,
    back: Bool, into y: Tensor
  ) throws -> Bool {
    let small = SampleConvolution(c, y.dtype, kernels)
    if let fast = WinogradConvolution(c, y.dtype, kernels, back: back),
      try run(fast, small, batch: c.batch, x, weight, bias: bias, kernels, into: y)
    {
      return true
    }
    guard let small else { return false }
    try small.run(back: back, x.pointer, bias: bias?.pointer, into: y.pointer) {
      pack(weight, c, kernels, back: back, taps: $0, block: $1, into: $2)
    }
    return true
  }

  /// Runs minimal filtering, over samples for small maps, and returns whether it is worthwhile.
  private func run(
    _ fast: WinogradConvolution, _ small: SampleConvolution?, batch: Int, _ x: Tensor,
    _ weight: Tensor, bias: Tensor?, _ kernels: kk_conv_kernels, into y: Tensor
  ) throws -> Bool {
    if let small, fast.tiles.columns <= 4, !fast.pays(for: small.meetings.count) { return false }
    let size = y.dtype.byteSize, matrices = try fast.transformed(weight.pointer)
    defer { matrices.free() }
    if let small, fast.pays(for: small.meetings.count) {
      try fast.run(
        small, x.pointer, batch: batch, weight: matrices, bias: bias?.pointer, into: y.pointer)
      return true
    }
    let result = fast.outputs * fast.result.height * fast.result.width
    try forEachPart(
      batch, x.pointer, channels: fast.inputs, fast.laid, kernels, size: size
    ) { first, n, image, _ in
      try fast.run(
        image, samples: n, weight: matrices, bias: bias?.pointer,
        into: y.pointer + first * result * size)
    }
    return true
  }

  private func setChannels(of x: Tensor, _ channels: Int, to bias: Tensor?) throws {
    guard let bias else { return try fill(x, .int(0)) }
    let column = bias.alias(
      shape: [channels] + [Int](repeating: 1, count: x.ndim - 2),
      strides: [1] + [Int](repeating: 0, count: x.ndim - 2), offset: bias.storageOffset)
    try copy(column, into: x)
  }

  private func panelled(_ rows: Int, _ kernels: kk_conv_kernels) -> Int {
    (rows + Int(kernels.mr) - 1) / Int(kernels.mr) * Int(kernels.mr)
  }

  /// Returns the offsets `places` for each of `count` channels, in summation order.
  private func channelOffsets(
    _ count: Int, _ channel: Int, _ places: [Int], block: Int
  ) -> [Int] {
    var all: [Int] = []
    all.reserveCapacity(count * places.count)
    for start in stride(from: 0, to: count, by: block) {
      for place in places {
        for i in start..<min(start + block, count) { all.append(i * channel + place) }
      }
    }
    return all
  }

  /// Packs element weight[group][i · row + c · channel + taps[t]] into row i, at the position of
  /// (c, t) in summation order; rows are output channels, or with `back` input channels.
  private func pack(
    _ weight: Tensor, _ c: Convolution, _ kernels: kk_conv_kernels, back: Bool, taps: [Int],
    block: Int, into out: UnsafeMutableRawPointer
  ) {
    let (inputs, outputs) = (c.inChannels / c.groups, c.outChannels / c.groups)
    let (m, channels) = back ? (inputs, outputs) : (outputs, inputs)
    let (near, far) = (c.kernelCount, inputs * c.kernelCount)
    let (row, channel) = back ? (near, far) : (far, near)
    let mr = Int(kernels.mr), panels = (m + mr - 1) / mr, size = weight.dtype.byteSize
    let panel = mr * channels * taps.count, group = weight.numel / c.groups
    let from = weight.pointer
    let places = taps.map(Int64.init)
    places.withUnsafeBufferPointer { places in
      ThreadPool.shared.forEachPiece(of: c.groups * panels, max(1, (1 << 14) / max(panel, 1))) {
        first, n in
        for i in first..<first + n {
          let start = i % panels * mr
          kernels.turn(
            Int64(min(mr, m - start)), Int64(channels), Int64(block),
            Int64(taps.count), places.baseAddress,
            from + (i / panels * group + start * row) * size, Int64(row), Int64(channel),
            out + i * panel * size)
        }
      }
    }
  }

  /// Calls `body` with the laid-out inputs of some samples at a time.
  ///
  /// The arguments are the first sample, the number of samples, the inputs, and the number of
  /// readable elements. `besides` is the number of additional elements per sample that `body` uses.
  private func forEachPart(
    _ batch: Int, _ x: UnsafeMutableRawPointer, channels: Int, _ laid: LaidImage,
    _ kernels: kk_conv_kernels, size: Int, besides: Int = 0,
    _ body: (Int, Int, UnsafeMutableRawPointer, Int) throws -> Void
  ) throws {
    let sample = channels * laid.channel
    let most = max(1, (1 << 26) / max((sample + besides) * size, 1))
    for first in stride(from: 0, to: batch, by: most) {
      let n = min(most, batch - first)
      if laid.isPlain {
        try body(first, n, x + first * sample * size, n * sample)
        continue
      }
      let count = channels * laid.axes.reduce(1) { $0 * $1.size }
      let buffer = try Workspace((n * sample + Int(kernels.nr)) * size)
      defer { buffer.free() }
      laid.lay(x + first * count * size, n * channels, kernels, size, into: buffer.base)
      (buffer.base + n * sample * size).initializeMemory(
        as: UInt8.self, repeating: 0, count: Int(kernels.nr) * size)
      try body(first, n, buffer.base, n * sample + Int(kernels.nr))
    }
  }
}

/// One dimension of the backward pass from the output to the input.
private struct TransposedAxis {
  /// The input elements first, first + stride, … (`count` of them): kernel element `kernel`
  /// connects them to elements of the laid-out gradient from `place` on.
  struct Phase {
    var first: Int
    var count: Int
    var taps: [(kernel: Int, place: Int)]
  }
  let phases: [Phase]
  /// Whether some elements have no kernel element: they are in no phase.
  let hasGaps: Bool
  /// The layout of the gradient.
  let axis: LaidImage.Axis

  init(_ c: Convolution, _ d: Int) {
    let (stride, size) = (c.stride[d], c.image[d])
    var phases: [Phase] = []
    for k in 0..<c.kernel[d] {
      // The first input element that this kernel element connects.
      let reach = k * c.dilation[d] - c.padding[d]
      let first = (reach % stride + stride) % stride
      if first >= size { continue }
      let tap = (kernel: k, place: (first - reach) / stride)
      if let i = phases.firstIndex(where: { $0.first == first }) {
        phases[i].taps.append(tap)
      } else {
        phases.append(
          Phase(first: first, count: (size - first + stride - 1) / stride, taps: [tap]))
      }
    }
    hasGaps = phases.count < min(stride, size)
    let places = phases.flatMap { $0.taps.map(\.place) }
    let least = places.min() ?? 0, most = places.max() ?? 0
    for i in phases.indices {
      for j in phases[i].taps.indices { phases[i].taps[j].place -= least }
    }
    self.phases = phases
    axis = LaidImage.Axis(
      size: c.output[d], padding: -least, stride: 1, residues: [0],
      length: (size + stride - 1) / stride + most - least, taps: [])
  }
}
