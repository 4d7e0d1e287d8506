public import KindlingCore

/// Channels made places and the reverse, and windows as columns.
extension F {
  /// `[*, C·r², H, W]` → `[*, C, H·r, W·r]` (PyTorch: `F.pixel_shuffle`).
  public static func pixelShuffle(_ x: Tensor, _ upscaleFactor: Int) throws -> Tensor {
    let name = "pixel_shuffle", r = upscaleFactor
    try checkImage(x, name)
    guard r > 0 else {
      throw TensorError(.value, name, "pixel_shuffle expects a positive upscale_factor, but got \(r)")
    }
    let lead = Array(x.shape.dropLast(3)), plane = Array(x.shape.suffix(3))
    let (square, overflow) = r.multipliedReportingOverflow(by: r)
    guard !overflow, plane[0] % square == 0 else {
      throw TensorError(
        .shape, name,
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=\(plane[0]) is not divisible by \(r)·\(r)")
    }
    let (c, h, w, n) = (plane[0] / square, plane[1], plane[2], lead.count)
    return try Composed.record("PixelShuffleBackward0", [x]) { s in
      try s[0].reshape(lead + [c, r, r, h, w])
        .permute(Array(0..<n) + [0, 3, 1, 4, 2].map { $0 + n })
        .reshape(lead + [c, h * r, w * r])
    }
  }

  /// The reverse of ``pixelShuffle(_:_:)`` (PyTorch: `F.pixel_unshuffle`).
  public static func pixelUnshuffle(_ x: Tensor, _ downscaleFactor: Int) throws -> Tensor {
    let name = "pixel_unshuffle", r = downscaleFactor
    try checkImage(x, name)
    guard r > 0 else {
      throw TensorError(
        .value, name, "pixel_unshuffle expects a positive downscale_factor, but got \(r)")
    }
    let lead = Array(x.shape.dropLast(3)), plane = Array(x.shape.suffix(3)), n = lead.count
    for (d, label) in [(1, "height"), (2, "width")] where plane[d] % r != 0 {
      throw TensorError(
        .shape, name,
        "pixel_unshuffle expects \(label) to be divisible by downscale_factor, but input.size(\(d - 3))=\(plane[d]) is not divisible by \(r)")
    }
    let (c, h, w) = (plane[0], plane[1] / r, plane[2] / r)
    return try Composed.record("PixelUnshuffleBackward0", [x]) { s in
      try s[0].reshape(lead + [c, h, r, w, r])
        .permute(Array(0..<n) + [0, 2, 4, 1, 3].map { $0 + n })
        .reshape(lead + [c * r * r, h, w])
    }
  }

  /// Channels dealt out to `groups` in turn (PyTorch: `F.channel_shuffle`).
  ///
  /// - Shape: `[N, C, *]`, unchanged.
  public static func channelShuffle(_ x: Tensor, _ groups: Int) throws -> Tensor {
    let name = "channel_shuffle"
    guard x.ndim > 2 else {
      throw TensorError(
        .shape, name,
        "channel_shuffle expects input with > 2 dims, but got input with sizes \(x.shape)")
    }
    guard groups > 0 else {
      throw TensorError(
        .value, name,
        "Number of groups to divide channels in must be positive. Value of groups:\(groups)")
    }
    let shape = x.shape, channels = shape[1]
    guard channels % groups == 0 else {
      throw TensorError(
        .shape, name,
        "Number of channels must be divisible by groups. Got \(channels) channels and \(groups) groups.")
    }
    if x.numel == 0 { return try x.view(shape) }
    return try Composed.record("ChannelShuffleBackward0", [x]) { s in
      try s[0].reshape([shape[0], groups, channels / groups, -1]).transpose(1, 2).reshape(shape)
    }
  }

  private static func checkImage(_ x: Tensor, _ name: String) throws {
    guard x.ndim >= 3 else {
      throw TensorError(
        .shape, name,
        "\(name) expects input to have at least 3 dimensions, but got input with \(x.ndim) dimension(s)")
    }
  }

  // MARK: Windows as columns

  /// The windows of an image as columns (PyTorch: `F.unfold`).
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]` → `[N, C·kernel, windows]`.
  public static func unfold(
    _ x: Tensor, _ kernelSize: some Extents, dilation: some Extents = 1, padding: some Extents = 0,
    stride: some Extents = 1
  ) throws -> Tensor {
    let name = "im2col"
    guard x.ndim == 3 || x.ndim == 4 else {
      throw TensorError(
        .shape, name,
        "Expected 3D or 4D (batch mode) tensor for input with possibly 0 batch size, but got: \(x.shape)")
    }
    let plan = try WindowPlan(
      name, Array(x.shape.suffix(2)), kernelSize.extents, dilation.extents, padding.extents,
      stride.extents)
    let lead = Array(x.shape.dropLast(2)), channels = lead[lead.count - 1]
    let (k, o) = (plan.kernel, plan.windows)
    _ = try Layout.checkedCount(lead + k + o, x.dtype, name)
    let shape = lead.dropLast() + [channels * k[0] * k[1], o[0] * o[1]], n = lead.count
    return try Composed.record("Im2ColBackward0", [x]) { s in
      try s[0].constantPad([plan.padding[1], plan.padding[1], plan.padding[0], plan.padding[0]])
        .indexSelect(-2, plan.places(0, s[0].device)).indexSelect(-1, plan.places(1, s[0].device))
        .reshape(lead + [k[0], o[0], k[1], o[1]])
        .permute(Array(0..<n) + [0, 2, 1, 3].map { $0 + n })
        .reshape(Array(shape))
    }
  }

  /// The sum of windows, given as columns, at their places: what ``unfold(_:_:dilation:padding:stride:)``
  /// takes apart (PyTorch: `F.fold`).
  ///
  /// - Shape: `[N, C·kernel, windows]` or `[C·kernel, windows]` → `[N, C, H, W]`.
  public static func fold(
    _ x: Tensor, _ outputSize: some Extents, _ kernelSize: some Extents,
    dilation: some Extents = 1, padding: some Extents = 0, stride: some Extents = 1
  ) throws -> Tensor {
    let name = "col2im"
    guard x.ndim == 2 || x.ndim == 3 else {
      throw TensorError(
        .shape, name,
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: \(x.shape)")
    }
    let plan = try WindowPlan(
      name, outputSize.extents, kernelSize.extents, dilation.extents, padding.extents,
      stride.extents)
    let (k, o) = (plan.kernel, plan.windows), rows = x.shape[x.ndim - 2]
    guard rows % (k[0] * k[1]) == 0 else {
      throw TensorError(
        .shape, name,
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=\(rows) and kernel_size=(\(k[0]), \(k[1])).")
    }
    guard x.shape[x.ndim - 1] == o[0] * o[1] else {
      throw TensorError(
        .shape, name,
        "Given output_size=(\(plan.size[0]), \(plan.size[1])), kernel_size=(\(k[0]), \(k[1])), expected size of input's dimension 2 to match the calculated number of sliding blocks \(o[0]) * \(o[1]) = \(o[0] * o[1]), but got input.size(2)=\(x.shape[x.ndim - 1]).")
    }
    let lead = x.shape.dropLast(2) + [rows / (k[0] * k[1])], n = lead.count
    let whole = plan.size.indices.map { plan.size[$0] + 2 * plan.padding[$0] }
    _ = try Layout.checkedCount(lead + whole, x.dtype, name)
    return try Composed.record("Col2ImBackward0", [x]) { s in
      let columns = try s[0].reshape(lead + [k[0], k[1], o[0], o[1]])
        .permute(Array(0..<n) + [0, 2, 1, 3].map { $0 + n })
        .reshape(lead + [k[0] * o[0], k[1] * o[1]])
      let (type, device) = (columns.dtype, columns.device)
      let wide = try Tensor.zeros(lead + [k[0] * o[0], whole[1]], dtype: type, device: device)
        .indexAdd(-1, plan.places(1, device), columns)
      return try Tensor.zeros(lead + whole, dtype: type, device: device)
        .indexAdd(-2, plan.places(0, device), wide)
        .narrow(-2, plan.padding[0], plan.size[0]).narrow(-1, plan.padding[1], plan.size[1])
    }
  }
}

/// Windows over an image of a given size, checked.
private struct WindowPlan: Sendable {
  let size: [Int]
  let kernel: [Int]
  let dilation: [Int]
  let padding: [Int]
  let stride: [Int]
  /// How many windows there are along each dimension.
  let windows: [Int]

  init(
    _ name: String, _ size: [Int], _ kernel: [Int], _ dilation: [Int], _ padding: [Int],
    _ stride: [Int]
  ) throws {
    func pair(_ values: [Int], _ label: String, least: Int) throws -> [Int] {
      guard values.count == 1 || values.count == 2 else {
        throw TensorError(
          .value, name, "It is expected \(label) equals to 2, but got size \(values.count)")
      }
      for value in values where value < least || value > Int.max >> 32 {
        throw TensorError(
          .value, name,
          "\(label) should be \(least > 0 ? "greater than zero" : "not negative"), but got \(values)")
      }
      return [values[0], values[values.count - 1]]
    }
    self.size = try pair(size, "output_size", least: 0)
    self.kernel = try pair(kernel, "kernel_size", least: 1)
    self.dilation = try pair(dilation, "dilation", least: 1)
    self.padding = try pair(padding, "padding", least: 0)
    self.stride = try pair(stride, "stride", least: 1)
    var windows: [Int] = []
    for d in 0..<2 {
      let span = self.dilation[d].multipliedReportingOverflow(by: self.kernel[d] - 1)
      let room = self.size[d] + 2 * self.padding[d] - 1
      guard !span.overflow, room >= span.partialValue else {
        throw TensorError(
          .shape, name,
          "Given input with spatial size (\(self.size[0]), \(self.size[1])), kernel_size=(\(self.kernel[0]), \(self.kernel[1])), dilation=(\(self.dilation[0]), \(self.dilation[1])), padding=(\(self.padding[0]), \(self.padding[1])), the shape of the array of sliding blocks has components below one.")
      }
      windows.append((room - span.partialValue) / self.stride[d] + 1)
    }
    self.windows = windows
  }

  /// Where each element of each window lies along dimension `d`, kernel element by kernel element.
  func places(_ d: Int, _ device: Device) throws -> Tensor {
    let rows = (0..<kernel[d]).flatMap { i in
      (0..<windows[d]).map { $0 * stride[d] + i * dilation[d] }
    }
    return try Tensor(rows).to(device)
  }
}
