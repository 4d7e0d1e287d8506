import Kindling

extension OperatorTable {
  /// The suite `nn_misc`.
  mutating func addMiscellaneous() {
    op("constant_pad_nd") { a in
      let x = try a.tensor(0), pad = try a.ints(1, "pad")
      switch try a.scalar(2, "value", default: .int(0)) {
      case .bool(let v): return try x.constantPad(pad, value: v)
      case .int(let v): return try x.constantPad(pad, value: v)
      case .double(let v): return try x.constantPad(pad, value: v)
      }
    }
    op("nn.functional.pad") { a in
      let (x, pad) = (try a.tensor(0), try a.ints(1, "pad"))
      let name = try a.string(2, "mode", default: "constant")
      guard let mode = PaddingMode(rawValue: name) else {
        throw TensorError(.value, "pad", "Unrecognised padding mode \(name)")
      }
      return try F.pad(x, pad, mode: mode, value: a.optionalDouble(3, "value"))
    }
  }
}
