/// The instructions of pickles.
extension Unpickler {
  enum Opcode: UInt8 {
    case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
    case binint = 0x4A, binint1 = 0x4B, binint2 = 0x4D, long1 = 0x8A, long4 = 0x8B
    case none = 0x4E, newTrue = 0x88, newFalse = 0x89, binfloat = 0x47
    case binunicode = 0x58, shortBinunicode = 0x8C, binunicode8 = 0x8D
    case binstring = 0x54, shortBinstring = 0x55
    case binbytes = 0x42, shortBinbytes = 0x43, binbytes8 = 0x8E, bytearray8 = 0x96
    case emptyList = 0x5D, list = 0x6C, append = 0x61, appends = 0x65
    case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
    case emptySet = 0x8F, addItems = 0x90
    case emptyDict = 0x7D, dict = 0x64, setitem = 0x73, setitems = 0x75
    case binget = 0x68, longBinget = 0x6A, binput = 0x71, longBinput = 0x72, memoize = 0x94
    case proto = 0x80, frame = 0x95
    case global = 0x63, stackGlobal = 0x93, inst = 0x69
    case reduce = 0x52, build = 0x62, binpersid = 0x51, newobj = 0x81, newobjEx = 0x92
    case obj = 0x6F, frozenSet = 0x91
  }

  /// Returns the error for an instruction that is not executed.
  static func refusal(of code: UInt8) -> CheckpointError {
    if 0x82...0x84 ~= code {
      return CheckpointError(
        .unsafe,
        "refused: the pickle uses EXT\(1 << (code - 0x82)), and extension codes are not supported")
    }
    let unsupported: [UInt8: String] = [
      0x97: "out-of-band buffers",
      0x98: "out-of-band buffers", 0x46: "pickle protocol 0", 0x49: "pickle protocol 0",
      0x4C: "pickle protocol 0", 0x50: "pickle protocol 0", 0x53: "pickle protocol 0",
      0x56: "pickle protocol 0", 0x67: "pickle protocol 0", 0x70: "pickle protocol 0",
    ]
    if let name = unsupported[code] {
      return CheckpointError(.unsupported, "the pickle uses \(name), which checkpoints do not hold")
    }
    return .corrupt("malformed pickle: unknown opcode 0x\(String(code, radix: 16))")
  }
}
