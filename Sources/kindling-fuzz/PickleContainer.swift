/// The smallest zip file that is a checkpoint of a pickle.
enum PickleContainer {
  /// Returns `pickle` with eight storages of 64 bytes, whose keys are `0` to `7`.
  static func zip(around pickle: [UInt8]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    var count: UInt16 = 0
    func number<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    func add(_ name: String, _ content: [UInt8]) {
      let name = Array("archive/\(name)".utf8)
      let size = number(UInt32(content.count))
      // Version, flags, method, time, date, checksum (not verified), both sizes, lengths.
      let common =
        number(UInt16(20)) + number(UInt16(0)) + number(UInt16(0)) + number(UInt32(0))
        + number(UInt32(0)) + size + size + number(UInt16(name.count)) + number(UInt16(0))
      directory += number(UInt32(0x0201_4b50)) + number(UInt16(20)) + common
      directory += [UInt8](repeating: 0, count: 10) + number(UInt32(file.count)) + name
      file += number(UInt32(0x0403_4b50)) + common + name + content
      count += 1
    }
    add("version", Array("3\n".utf8))
    for key in 0..<8 { add("data/\(key)", [UInt8](repeating: UInt8(key), count: 64)) }
    add("data.pkl", pickle)
    let start = UInt32(file.count)
    file += directory
    file += number(UInt32(0x0605_4b50)) + number(UInt32(0)) + number(count) + number(count)
    file += number(UInt32(directory.count)) + number(start) + number(UInt16(0))
    return file
  }
}
