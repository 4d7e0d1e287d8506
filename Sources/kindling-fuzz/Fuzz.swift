import Kindling
import KindlingPlatform

/// The fuzzer of the readers, and the test of atomic saving.
///
///     kindling-fuzz READER [libFuzzer options] [FOLDER…]  Fuzz a reader (in a build of scripts/fuzz).
///     kindling-fuzz READER FILE…                          Read each file once.
///     kindling-fuzz seeds READER GOLDEN FOLDER            Copy seed inputs from GOLDEN to FOLDER.
///     kindling-fuzz save-loop FILE                        Save to FILE repeatedly until killed.
@main enum Fuzz {
  nonisolated(unsafe) static var reader = FuzzReader.all[0]

  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch (words.first, words.count) {
    case ("save-loop", 2): try SaveLoop.run(words[1])
    case ("seeds", 4): copySeeds(try find(words[1]), from: words[2], to: words[3])
    case (let name?, _): try attack(try find(name), Array(words.dropFirst()))
    default: throw Misuse()
    }
  }

  private static func find(_ name: String) throws -> FuzzReader {
    guard let found = FuzzReader.all.first(where: { $0.name == name }) else { throw Misuse() }
    return found
  }

  private static func copySeeds(_ reader: FuzzReader, from golden: String, to folder: String) {
    if reader.name == "resume" {
      for (number, bytes) in ((try? Resumption.seeds()) ?? []).enumerated() {
        write(bytes, to: "\(folder)/resume-\(number)")
      }
    }
    for (number, path) in files(below: golden).enumerated() {
      guard reader.seeds.contains(where: path.hasSuffix), var bytes = contents(path) else {
        continue
      }
      if reader.name == "pickle" {
        guard let file = try? FileSource.holding(bytes) else { continue }
        let record = try? ZipArchive(file).records.first { $0.name.hasSuffix("/data.pkl") }
        let pickle = try? record?.content(in: file, verify: false).withBytes { Array($0) }
        guard let pickle else { continue }
        bytes = pickle
      }
      if bytes.count <= 1 << 14 { write(bytes, to: "\(folder)/\(reader.name)-\(number)") }
    }
  }

  #if KINDLING_FUZZER
    /// Starts libFuzzer, which calls the reader with generated input.
    private static func attack(_ reader: FuzzReader, _ words: [String]) throws {
      self.reader = reader
      // The first argument is the name of the program.
      var words: [UnsafeMutablePointer<CChar>?] = ([reader.name] + words).map { strdup($0) } + [nil]
      var count = Int32(words.count - 1)
      let status = words.withUnsafeMutableBufferPointer { buffer in
        var start = buffer.baseAddress
        return runFuzzer(&count, &start, readOneInput)
      }
      exit(status)
    }
  #else
    private static func attack(_ reader: FuzzReader, _ words: [String]) throws {
      for path in words {
        guard let bytes = contents(path) else { throw Misuse() }
        do {
          try reader.read(bytes)
          print("\(path): read")
        } catch { print("\(path): \(error)") }
      }
    }
  #endif
}

/// The usage message of an invalid command.
private struct Misuse: Error, CustomStringConvertible {
  var description: String {
    """
    usage: kindling-fuzz READER FILE…
           kindling-fuzz seeds READER GOLDEN FOLDER
           kindling-fuzz save-loop FILE
    readers: \(FuzzReader.all.map(\.name).joined(separator: ", "))
    """
  }
}

#if KINDLING_FUZZER
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  /// Reads one input of the fuzzer; the symbol has the name that libFuzzer expects.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    try? Fuzz.reader.read(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#endif
