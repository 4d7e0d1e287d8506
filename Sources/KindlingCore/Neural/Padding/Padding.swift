/// The padding mode (PyTorch: `mode=` of `F.pad`, `padding_mode=` of convolutions).
public enum PaddingMode: String, Sendable {
  /// A constant.
  case constant
  /// The input reflected at its first and last elements.
  case reflect
  /// The first and last elements repeated.
  case replicate
  /// The input wrapped around.
  case circular
}

extension Tensor {
  /// Pads the tensor; `pad` lists the elements before and after, beginning with the last dimension.
  package func pad(_ pad: [Int], mode: PaddingMode, value: Double?) throws -> Tensor {
    try require(
      pad.count % 2 == 0, .value, "pad",
      "Padding length must be divisible by 2, but it is \(pad.count)")
    try require(
      pad.count <= 2 * ndim, .shape, "pad",
      "Padding length should be less than or equal to two times the input dimension but got padding length \(got: pad.count) and input of dimension \(got: ndim)"
    )
    if mode == .constant { return try constantPad(pad, value: value ?? 0) }
    try require(
      value ?? 0 == 0, .value, "pad",
      "Padding mode \"\(mode.rawValue)\" doesn't take in value argument")
    let padded = pad.count / 2
    try require(
      (1...3).contains(padded) && (ndim == padded + 1 || ndim == padded + 2), .unsupported, "pad",
      "Padding size \(pad.count) is not supported for \(ndim)D input tensor. Supported combinations for non-constant padding: 2D or 3D input: padding size = 2 (pads last dimension); 3D or 4D input: padding size = 4 (pads last 2 dimensions); 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
    )
    let border = try Border("pad", self, pad)
    // The source positions of the padding are listed first.
    try Layout.checkList(Layout.checkedCount(border.shape, .int64, "pad"), "pad")
    return mode == .circular ? try border.circular(self) : try border.gathered(self, mode)
  }

  /// Pads the tensor with a constant (PyTorch: `torch.constant_pad_nd`).
  ///
  /// `pad` lists the elements before and after, beginning with the last dimension. Negative numbers
  /// crop.
  public func constantPad<S: TensorScalar>(_ pad: [Int], value: S = 0) throws -> Tensor {
    try require(
      pad.count % 2 == 0 && pad.count <= 2 * ndim, .shape, "constant_pad_nd",
      "Length of pad must be even and no more than twice the number of dimensions of the input. Pad length is \(pad.count) while the input has \(ndim) dimensions."
    )
    try value.scalar.check(fits: dtype, "constant_pad_nd")
    let border = try Border("constant_pad_nd", self, pad)
    let result = try noGrad {
      let out = try Tensor.full(border.shape, value, dtype: dtype, device: device)
      try border.inside(of: out).copy_(border.kept(of: self))
      return try out.laidOut(as: suggestedFormat)
    }
    return try result.recorded(
      "ConstantPadNdBackward0",
      Input(self) { g, _ in
        try g.constantPad(pad.map { 0 &- $0 }, value: 0)
      })
  }
}

/// The checked padding of a tensor.
private struct Border: Sendable {
  /// One number for each dimension, in order.
  let before: [Int]
  let after: [Int]
  let input: [Int]
  let shape: [Int]
  /// The dimensions that `pad` covers, last first.
  let dims: [Int]

  init(_ name: String, _ x: Tensor, _ pad: [Int]) throws {
    var (before, after) = ([Int](repeating: 0, count: x.ndim), [Int](repeating: 0, count: x.ndim))
    var shape = x.shape
    dims = (0..<pad.count / 2).map { x.ndim - 1 - $0 }
    for (i, d) in dims.enumerated() {
      (before[d], after[d]) = (pad[2 * i], pad[2 * i + 1])
      let (half, over) = shape[d].addingReportingOverflow(before[d])
      let (size, beyond) = half.addingReportingOverflow(after[d])
      guard !over, !beyond, size >= 0, before[d] > Int.min / 2, after[d] > Int.min / 2 else {
        throw TensorError(
          .shape, name,
          "The input size \(shape[d]), plus negative padding \(before[d]) and \(after[d]) resulted in a negative output size, which is invalid. Check dimension \(d) of your input."
        )
      }
      shape[d] = size
    }
    _ = try Layout.checkedCount(shape, x.dtype, name)
    (self.before, self.after, self.shape, input) = (before, after, shape, x.shape)
  }

  /// Returns the part of the padded tensor `out` that the input fills.
  func inside(of out: Tensor) throws -> Tensor {
    try dims.reduce(out) { part, d in
      let start = max(before[d], 0)
      return try part.narrow(d, min(start, shape[d]), length(d))
    }
  }

  /// Returns the part of the input that negative padding leaves.
  func kept(of x: Tensor) throws -> Tensor {
    try dims.reduce(x) { part, d in
      try part.narrow(d, min(max(-before[d], 0), input[d]), length(d))
    }
  }

  private func length(_ d: Int) -> Int {
    max(0, input[d] - max(-before[d], 0) - max(-after[d], 0))
  }

  // MARK: Padding from the input

  /// Returns the source index in the input of each output index along dimension `d`.
  private func sources(_ d: Int, _ mode: PaddingMode) -> [Int] {
    let last = input[d] - 1
    return (0..<shape[d]).map { i in
      let place = i - before[d]
      if mode == .replicate { return min(max(place, 0), last) }
      return place < 0 ? -place : place > last ? 2 * last - place : place
    }
  }

  func gathered(_ x: Tensor, _ mode: PaddingMode) throws -> Tensor {
    let rank = dims.count,
      name = mode == .reflect ? "reflection_pad\(rank)d" : "replication_pad\(rank)d"
    try Layout.checkList(shape.max() ?? 0, name)
    try require(x.dtype != .bool, .dtype, name, "\"\(name)\" not implemented for 'Bool'")
    let batched = x.ndim == rank + 2
    guard x.shape.enumerated().allSatisfy({ $0.element > 0 || batched && $0.offset == 0 }) else {
      throw TensorError(
        .shape, name,
        "Expected \(expected: rank + 1)D or \(expected: rank + 2)D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: \(got: x.shape)"
      )
    }
    for d in dims {
      if mode == .reflect, before[d] >= input[d] || after[d] >= input[d] {
        throw TensorError(
          .shape, name,
          "Padding size should be less than the corresponding input dimension, but got: padding (\(got: before[d]), \(got: after[d])) at dimension \(got: d) of input \(got: x.shape)"
        )
      }
      if shape[d] < 1 {
        throw TensorError(
          .shape, name,
          "Calculated output size \(shape[d]) at dimension \(d) must be >= 1 (input \(x.shape))")
      }
    }
    let out = try noGrad { try withBorders(x, mode).laidOut(as: x.suggestedFormat) }
    let node = mode == .reflect ? "ReflectionPad" : "ReplicationPad"
    return try out.recorded(
      "\(node)\(rank)DBackward0",
      Input(x, saving: x) { g, s in
        try dims.reversed().reduce(g) { gradient, d in
          if before[d] < 0 || after[d] < 0 {
            var target = gradient.shape
            target[d] = input[d]
            return try Tensor.zeros(target, dtype: g.dtype, device: g.device)
              .indexAdd(d, places(d, mode, g.device), gradient)
          }
          let places = sources(d, mode)
          return try borders(d).reduce(gradient.narrow(d, before[d], input[d])) { sum, border in
            try sum.indexAdd(
              d, Tensor(Array(places[border])).to(g.device),
              gradient.narrow(d, border.lowerBound, border.count))
          }
        }.flat(in: s[0], "\(node)\(rank)DBackwardBackward0")
      })
  }

  /// Returns the nonempty padding ranges before and after the input along dimension `d`.
  private func borders(_ d: Int) -> [Range<Int>] {
    [0..<before[d], shape[d] - after[d]..<shape[d]].filter { !$0.isEmpty }
  }

  /// Returns the input with padding filled in one dimension after another.
  private func withBorders(_ x: Tensor, _ mode: PaddingMode) throws -> Tensor {
    if dims.contains(where: { before[$0] < 0 || after[$0] < 0 }) {
      let result = try dims.reduce(x) { part, d in
        before[d] == 0 && after[d] == 0 ? part : try part.indexSelect(d, places(d, mode, x.device))
      }
      return result === x ? try x.clone() : result
    }
    let out = try Tensor(uninitialized: shape, x.dtype, on: x.backend, "pad")
    let last = x.ndim - 1, line = sources(last, mode)
    let lines = try dims.dropFirst().reduce(out) { part, d in
      try part.narrow(d, before[d], input[d])
    }
    try x.backend.border(
      x.contiguous(), before: Array(line[..<before[last]]),
      after: Array(line[(before[last] + input[last])...]), into: lines)
    for d in dims.dropFirst() {
      let first = before[d], last = before[d] + input[d] - 1
      try mirror(out, d, from: mode == .reflect ? 2 * first : first, to: 0..<first, mode)
      try mirror(
        out, d, from: mode == .reflect ? last - 1 : last, to: last + 1..<shape[d], mode)
    }
    return out
  }

  /// Fills `border` along `d` with the elements from `start`, or before it if the mode reflects.
  private func mirror(
    _ out: Tensor, _ d: Int, from start: Int, to border: Range<Int>, _ mode: PaddingMode
  ) throws {
    if border.isEmpty { return }
    let target = try out.narrow(d, border.lowerBound, border.count)
    var steps = out.strides
    steps[d] = mode == .reflect ? -steps[d] : 0
    let source = out.alias(
      shape: target.shape, strides: steps, offset: out.storageOffset + start * out.strides[d])
    try out.backend.copy(source, into: target)
  }

  private func places(_ d: Int, _ mode: PaddingMode, _ device: Device) throws -> Tensor {
    try Tensor(sources(d, mode)).to(device)
  }

  func circular(_ x: Tensor) throws -> Tensor {
    for d in dims {
      try require(
        before[d] <= input[d] && after[d] <= input[d], .value, "pad",
        "Padding value causes wrapping around more than once: (\(before[d]), \(after[d])) at dimension \(d) of input \(input)"
      )
      try require(
        shape[d] > 0, .value, "pad",
        "Negative padding value is resulting in an empty dimension: (\(before[d]), \(after[d])) at dimension \(d) of input \(input)"
      )
    }
    let out = try Tensor(uninitialized: shape, x.dtype, on: x.backend, "pad")
    try inside(of: out).copy_(kept(of: x))
    // From the first dimension on: each border includes those of the dimensions before it.
    for d in dims.reversed() {
      let (size, left, right) = (shape[d], max(before[d], 0), max(after[d], 0))
      if left > 0 { try out.narrow(d, 0, left).copy_(out.narrow(d, size - left - right, left)) }
      if right > 0 { try out.narrow(d, size - right, right).copy_(out.narrow(d, left, right)) }
    }
    return out
  }
}
