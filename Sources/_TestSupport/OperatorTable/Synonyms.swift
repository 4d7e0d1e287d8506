import Kindling

extension OperatorTable {
  /// Adds public operations that PyTorch has under a second name, or as a method besides a
  /// function.
  mutating func addSynonyms() {
    unary("relu", like: "nn.functional.relu") { try $0.relu() }
    unary("det", like: "linalg.det") { try $0.det() }
    unary("inverse", like: "linalg.inv") { try $0.inverse() }
    op("slogdet", like: "linalg.slogdet") { a in
      let (sign, size) = try a.tensor(0).slogdet()
      return [sign, size]
    }
    unary("linalg.matrix_exp", like: "matrix_exp") { try Linalg.matrixExp($0) }
    op("matrix_power", like: "linalg.matrix_power") { a in
      try a.tensor(0).matrixPower(a.int(1, "n"))
    }
    op("swapdims", like: "transpose") { a in
      try a.tensor(0).swapdims(a.int(1, "axis0"), a.int(2, "axis1"))
    }
    op("moveaxis", like: "movedim") { a in
      try a.tensor(0).moveaxis(a.int(1, "source"), a.int(2, "destination"))
    }
    op("concat", like: "cat") { a in
      try Tensor.concat(a.tensors(0, "tensors"), dim: a.int(1, "dim", default: 0))
    }
    op("segment_reduce", like: "_segment_reduce") { a in
      guard let reduction = try Tensor.SegmentReduction(rawValue: a.string(1, "reduce")) else {
        throw UnsupportedError("a reduction that segments do not have")
      }
      let x = try a.tensor(0), dim = try a.int(nil, "axis", default: 0)
      let unsafe = try a.bool(nil, "unsafe", default: false)
      return a.has(nil, "lengths")
        ? try x.segmentReduce(
          reduction, lengths: a.tensor(nil, "lengths"), dim: dim, unsafe: unsafe)
        : try x.segmentReduce(reduction, offsets: a.tensor(nil, "offsets"), dim: dim)
    }
    addFunctional()
    op("convolution", samples: [[.signal, .kernel, .none, [1], [0], [1], false, [0], 2]]) { a in
      try a.tensor(0).convolution(
        a.tensor(1), a.optionalTensor(2), stride: a.ints(3), padding: a.ints(4),
        dilation: a.ints(5), transposed: a.bool(6), outputPadding: a.ints(7), groups: a.int(8))
    }
    op("type", samples: [[.row, .dtype(.int8)]]) { a in
      try a.tensor(0).type(a.dtype(1) ?? .float32)
    }
    op("type_as", like: "view_as") { a in try a.tensor(0).typeAs(a.tensor(1, "other")) }
    op("cpu", like: "abs") { a in try a.tensor(0).cpu() }
    op("cuda", like: "abs") { a in try a.tensor(0).cuda() }
    op("data", like: "abs") { a in try a.tensor(0).data }
    op("_version", like: "abs") { a in try a.tensor(0).version }
    op("detach", like: "abs") { a in try a.tensor(0).detach() }
  }

  private mutating func addFunctional() {
    unary("nn.functional.sigmoid", like: "sigmoid") { try F.sigmoid($0) }
    unary("nn.functional.tanh", like: "tanh") { try F.tanh($0) }
    op("nn.functional.softmax", like: "softmax") { a in
      try F.softmax(a.tensor(0), dim: a.optionalInt(1, "dim"), dtype: a.dtype(nil))
    }
    op("nn.functional.log_softmax", like: "log_softmax") { a in
      try F.logSoftmax(a.tensor(0), dim: a.optionalInt(1, "dim"), dtype: a.dtype(nil))
    }
    op("nn.functional.affine_grid", samples: [[.affine, [1, 1, 2, 3], false]]) { a in
      try F.affineGrid(a.tensor(0), a.ints(1), alignCorners: a.bool(2))
    }
    op("nn.functional.fold", samples: [[.columns, [3], [2], 1, 0, 1]]) { a in
      try F.fold(
        a.tensor(0), a.ints(1), a.ints(2), dilation: a.ints(3), padding: a.ints(4),
        stride: a.ints(5))
    }
    op("nn.functional.lp_pool1d", samples: [[.signal, 2.0, 3, 2, true]]) { a in
      try F.lpPool1d(
        a.tensor(0), normType: a.double(1), a.int(2), stride: a.optionalInt(3),
        ceilMode: a.bool(4))
    }
    op("nn.functional.lp_pool2d", samples: [[.signal, 2.0, [1, 3], [1, 2], true]]) { a in
      try F.lpPool2d(
        a.tensor(0), normType: a.double(1), a.ints(2), stride: a.optionalInts(3),
        ceilMode: a.bool(4))
    }
    op("nn.functional.lp_pool3d", samples: [[.volume, 2.0, [1, 1, 3], [1, 1, 2], true]]) { a in
      try F.lpPool3d(
        a.tensor(0), normType: a.double(1), a.ints(2), stride: a.optionalInts(3),
        ceilMode: a.bool(4))
    }
    op("size", like: "sum") { a in try a.tensor(0).size(a.optionalInt(1, "dim") ?? -1) }
  }
}
