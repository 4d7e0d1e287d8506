import Kindling

extension OperatorTable {
  /// Adds the operators of `shape_and_views`.
  ///
  /// PyTorch's `…_copy` forms are the form itself and a contiguous `clone`.
  mutating func addShapeAndViews() {
    addReshaping()
    addSlicing()
    addJoining()
    addRearranging()
    op("item") { a in
      let x = try a.tensor(0)
      switch x.dtype {
      case .bool: return try x.item(as: Bool.self)
      case let dtype where dtype.isInteger: return try x.item(as: Int.self)
      default: return try x.item()
      }
    }
  }

  /// Adds a view, and PyTorch's copying form of it.
  private mutating func view(
    _ name: String, _ body: @escaping @Sendable (Arguments) throws -> Tensor
  ) {
    op(name) { a in try body(a) }
    op("\(name)_copy") { a in try body(a).clone(memoryFormat: .contiguous) }
  }

  /// Adds an operator of one tensor or of each of a list.
  private mutating func atLeast(
    _ name: String, _ body: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    op(name) { a in
      if a.isTensor(0) { return try body(a.tensor(0)) }
      return try a.tensors(0).map { try body($0) }
    }
  }

  private mutating func addReshaping() {
    op("view") { a in try a.tensor(0).view(a.variadicInts(from: 1, "size")) }
    op("view_copy") { a in
      try a.tensor(0).reshape(a.variadicInts(from: 1, "size")).clone(memoryFormat: .contiguous)
    }
    op("reshape") { a in try a.tensor(0).reshape(a.variadicInts(from: 1, "shape")) }
    op("view_as") { a in try a.tensor(0).viewAs(a.tensor(1, "other")) }
    op("reshape_as") { a in try a.tensor(0).reshapeAs(a.tensor(1, "other")) }
    op("ravel") { a in try a.tensor(0).ravel() }
    op("flatten") { a in
      try a.tensor(0).flatten(
        startDim: a.int(1, "start_dim", default: 0), endDim: a.int(2, "end_dim", default: -1))
    }
    op("unflatten") { a in try a.tensor(0).unflatten(a.int(1, "dim"), a.ints(2, "sizes")) }
    view("squeeze") { a in
      let x = try a.tensor(0)
      if a.isList(1, "dim") { return try x.squeeze(a.ints(1, "dim")) }
      return try a.optionalInt(1, "dim").map { try x.squeeze($0) } ?? x.squeeze()
    }
    view("unsqueeze") { a in try a.tensor(0).unsqueeze(a.int(1, "dim")) }
    atLeast("atleast_1d") { try $0.atleast1d() }
    atLeast("atleast_2d") { try $0.atleast2d() }
    atLeast("atleast_3d") { try $0.atleast3d() }
    view("transpose") { a in try a.tensor(0).transpose(a.int(1, "dim0"), a.int(2, "dim1")) }
    op("swapaxes", like: "transpose") { a in
      try a.tensor(0).swapaxes(a.int(1, "axis0"), a.int(2, "axis1"))
    }
    view("t") { a in try a.tensor(0).t() }
    view("permute") { a in try a.tensor(0).permute(a.variadicInts(from: 1, "dims")) }
    op("movedim") { a in
      try a.tensor(0).movedim(a.ints(1, "source"), a.ints(2, "destination"))
    }
    op("T") { a in try a.tensor(0).T }
    op("mT") { a in try a.tensor(0).mT }
    op("mH") { a in try a.tensor(0).mH }
    op("H") { a in try a.tensor(0).H }
    view("expand") { a in try a.tensor(0).expand(a.variadicInts(from: 1, "size")) }
    op("expand_as") { a in try a.tensor(0).expandAs(a.tensor(1, "other")) }
    op("broadcast_to") { a in try a.tensor(0).broadcastTo(a.ints(1, "size")) }
    op("broadcast_tensors") { a in try Tensor.broadcastTensors(a.tensors(from: 0)) }
    op("broadcast_shapes") { a in
      try Tensor.broadcastShapes((0..<a.count).map { try a.ints($0) })
    }
    op("clone") { a in try a.tensor(0).clone(memoryFormat: a.memoryFormat()) }
    op("contiguous") { a in
      try a.tensor(0).contiguous(memoryFormat: a.memoryFormat(default: .contiguous))
    }
    op("is_contiguous", samples: [[.matrix]]) { a in
      try a.tensor(0).isContiguous(memoryFormat: a.memoryFormat(default: .contiguous))
    }
    op("alias_copy") { a in try a.tensor(0).clone() }
    op("resize_") { a in try a.tensor(0).clone().resize_(a.variadicInts(from: 1, "size")) }
    op("resize_as_") { a in try a.tensor(0).clone().resizeAs_(a.tensor(1, "other")) }
  }

  private mutating func addSlicing() {
    op("select") { a in try a.tensor(0).select(a.int(1, "dim"), a.int(2, "index")) }
    op("slice") { a in
      try a.tensor(0).slice(
        a.int(1, "dim", default: 0), a.optionalInt(2, "start"), a.optionalInt(3, "end"),
        step: a.int(4, "step", default: 1))
    }
    view("narrow") { a in
      let (x, dim, length) = (try a.tensor(0), try a.int(1, "dim"), try a.int(3, "length"))
      return a.isTensor(2, "start")
        ? try x.narrow(dim, a.tensor(2, "start"), length)
        : try x.narrow(dim, a.int(2, "start"), length)
    }
    op("split", "unsafe_split") { a in
      try a.tensor(0).split(a.int(1, "split_size_or_sections"), dim: a.int(2, "dim", default: 0))
    }
    op("split", variant: "list_args") { a in
      try a.tensor(0).split(a.ints(1, "split_size_or_sections"), dim: a.int(2, "dim", default: 0))
    }
    op("nbytes", samples: [[.matrix]]) { a in try a.tensor(0).nbytes }
    op("split_with_sizes") { a in
      try a.tensor(0).splitWithSizes(a.ints(1, "split_sizes"), dim: a.int(2, "dim", default: 0))
    }
    op("split_with_sizes_copy") { a in
      try a.tensor(0).split(a.ints(1, "split_sizes"), dim: a.int(2, "dim", default: 0))
        .map { try $0.clone(memoryFormat: .contiguous) }
    }
    op("chunk", "unsafe_chunk") { a in
      try a.tensor(0).chunk(a.int(1, "chunks"), dim: a.int(2, "dim", default: 0))
    }
    op("unbind") { a in try a.tensor(0).unbind(a.int(1, "dim", default: 0)) }
    op("unbind_copy") { a in
      try a.tensor(0).unbind(a.int(1, "dim", default: 0)).map {
        try $0.clone(memoryFormat: .contiguous)
      }
    }
    op("tensor_split") { a in
      let (x, dim) = (try a.tensor(0), try a.int(2, "dim", default: 0))
      if a.isTensor(1) { return try x.tensorSplit(a.tensor(1), dim: dim) }
      return a.isList(1)
        ? try x.tensorSplit(a.ints(1), dim: dim) : try x.tensorSplit(a.int(1), dim: dim)
    }
    op("hsplit") { a in
      a.isList(1) ? try a.tensor(0).hsplit(a.ints(1)) : try a.tensor(0).hsplit(a.int(1))
    }
    op("vsplit") { a in
      a.isList(1) ? try a.tensor(0).vsplit(a.ints(1)) : try a.tensor(0).vsplit(a.int(1))
    }
    op("dsplit") { a in
      a.isList(1) ? try a.tensor(0).dsplit(a.ints(1)) : try a.tensor(0).dsplit(a.int(1))
    }
    view("unfold") { a in
      try a.tensor(0).unfold(a.int(1, "dimension"), a.int(2, "size"), a.int(3, "step"))
    }
    for name in ["diagonal", "linalg.diagonal"] {
      op(name) { a in
        let isLinalg = name != "diagonal"
        return try a.tensor(0).diagonal(
          offset: a.int(1, "offset", default: 0),
          dim1: a.int(2, "dim1", default: isLinalg ? -2 : 0),
          dim2: a.int(3, "dim2", default: isLinalg ? -1 : 1))
      }
    }
    op("diagonal_copy") { a in
      try a.tensor(0).diagonal(
        offset: a.int(1, "offset", default: 0), dim1: a.int(2, "dim1", default: 0),
        dim2: a.int(3, "dim2", default: 1)
      ).clone(memoryFormat: .contiguous)
    }
    // These expose the memory of the argument, of which other layouts have more than they show.
    op("as_strided", domain: .contiguous) { a in
      try a.tensor(0).asStrided(
        a.ints(1, "size"), a.ints(2, "stride"), storageOffset: a.optionalInt(3, "storage_offset"))
    }
    op("as_strided_copy", domain: .contiguous) { a in
      try a.tensor(0).asStrided(
        a.ints(1, "size"), a.ints(2, "stride"), storageOffset: a.optionalInt(3, "storage_offset")
      ).clone(memoryFormat: .contiguous)
    }
    op("select_scatter") { a in
      try a.tensor(0).selectScatter(a.tensor(1, "src"), a.int(2, "dim"), a.int(3, "index"))
    }
    op("slice_scatter") { a in
      try a.tensor(0).sliceScatter(
        a.tensor(1, "src"), a.int(2, "dim", default: 0), a.optionalInt(3, "start"),
        a.optionalInt(4, "end"), step: a.int(5, "step", default: 1))
    }
    op("diagonal_scatter") { a in
      try a.tensor(0).diagonalScatter(
        a.tensor(1, "src"), offset: a.int(2, "offset", default: 0),
        dim1: a.int(3, "dim1", default: 0),
        dim2: a.int(4, "dim2", default: 1))
    }
    op("as_strided_scatter", domain: .contiguous) { a in
      try a.tensor(0).asStridedScatter(
        a.tensor(1, "src"), a.ints(2, "size"), a.ints(3, "stride"),
        storageOffset: a.int(4, "storage_offset", default: 0))
    }
  }

  private mutating func addJoining() {
    op("cat") { a in try Tensor.cat(a.tensors(0, "tensors"), dim: a.int(1, "dim", default: 0)) }
    op("stack") { a in try Tensor.stack(a.tensors(0, "tensors"), dim: a.int(1, "dim", default: 0)) }
    op("hstack") { a in try Tensor.hstack(a.tensors(0, "tensors")) }
    op("vstack") { a in try Tensor.vstack(a.tensors(0, "tensors")) }
    op("dstack") { a in try Tensor.dstack(a.tensors(0, "tensors")) }
    op("column_stack") { a in try Tensor.columnStack(a.tensors(0, "tensors")) }
    op("block_diag") { a in try Tensor.blockDiag(a.tensors(from: 0)) }
    op("cartesian_prod") { a in try Tensor.cartesianProd(a.tensors(from: 0)) }
    op("combinations") { a in
      try a.tensor(0).combinations(
        a.int(1, "r", default: 2), withReplacement: a.bool(2, "with_replacement", default: false))
    }
    op("meshgrid") { a in
      let name = try a.string(nil, "indexing", default: "ij")
      guard let indexing = MeshIndexing(rawValue: name) else {
        throw TensorError(
          .value, "meshgrid", "indexing must be one of \"xy\" or \"ij\", but received: \(name)")
      }
      return try Tensor.meshgrid(
        a.isList(0) ? a.tensors(0) : a.tensors(from: 0), indexing: indexing)
    }
    op("repeat") { a in try a.tensor(0).repeat(a.variadicInts(from: 1, "repeats")) }
    op("tile") { a in try a.tensor(0).tile(a.variadicInts(from: 1, "dims")) }
    op("repeat_interleave") { a in
      let (x, dim) = (try a.tensor(0), try a.optionalInt(2, "dim"))
      guard a.isTensor(1, "repeats") else {
        return try x.repeatInterleave(a.int(1, "repeats"), dim: dim)
      }
      return try x.repeatInterleave(
        a.tensor(1, "repeats"), dim: dim, outputSize: a.optionalInt(3, "output_size"))
    }
  }

  private mutating func addRearranging() {
    op("flip") { a in try a.tensor(0).flip(a.variadicInts(from: 1, "dims")) }
    op("fliplr") { a in try a.tensor(0).fliplr() }
    op("flipud") { a in try a.tensor(0).flipud() }
    op("roll") { a in
      try a.tensor(0).roll(a.ints(1, "shifts"), dims: a.optionalInts(2, "dims") ?? [])
    }
    op("rot90") { a in
      try a.tensor(0).rot90(a.int(1, "k", default: 1), dims: a.ints(2, "dims", default: [0, 1]))
    }
    op("tril") { a in try a.tensor(0).tril(a.int(1, "diagonal", default: 0)) }
    op("triu") { a in try a.tensor(0).triu(a.int(1, "diagonal", default: 0)) }
    op("diag") { a in try a.tensor(0).diag(a.int(1, "diagonal", default: 0)) }
    op("diagflat") { a in try a.tensor(0).diagflat(a.int(1, "offset", default: 0)) }
    op("diag_embed") { a in
      try a.tensor(0).diagEmbed(
        offset: a.int(1, "offset", default: 0), dim1: a.int(2, "dim1", default: -2),
        dim2: a.int(3, "dim2", default: -1))
    }
  }
}
