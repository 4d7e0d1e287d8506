import ArgumentParser
import CKernels
import Kindling
import KindlingPlatform

/// The command `kindling doctor`, which reports on this machine.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the versions, instruction sets, threads and memory of this system.")

  func run() throws {
    let chosen =
      switch kk_instruction_set() {
      case .avx512: "avx512"
      case .avx2: "avx2"
      case .generic: "generic"
      }
    var name = utsname()
    uname(&name)
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let memory = page * Int(sysconf(Int32(_SC_PHYS_PAGES)))
    var rows = [
      ("kindling", kindlingVersion),
      ("compiled with", "Swift \(swiftVersion)"),
      ("system", "\(text(of: name.sysname)) \(text(of: name.release)), \(text(of: name.machine))"),
      ("instruction set", chosen + forced),
      ("machine has", available.joined(separator: ", ")),
      ("threads", "\(threadCount) of \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors"),
      ("memory", "\(gibibytes(memory)) GiB"),
      ("cuda", Device.cuda.isAvailable ? "available" : "not available"),
    ]
    #if canImport(Glibc)
      rows.insert(("C library", "glibc \(__GLIBC__).\(__GLIBC_MINOR__)"), at: 3)
      rows.insert(
        ("free memory", "\(gibibytes(page * Int(sysconf(Int32(_SC_AVPHYS_PAGES))))) GiB"),
        at: rows.count - 1)
    #endif
    for (label, value) in rows {
      print(label + String(repeating: " ", count: 17 - label.count) + value)
    }
  }

  private var forced: String {
    getenv("KINDLING_ISA").map { " (KINDLING_ISA=\(String(cString: $0)))" } ?? ""
  }

  /// The instruction sets of this processor that have kernels.
  private var available: [String] {
    guard let file = fopen("/proc/cpuinfo", "r") else { return ["generic"] }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let text = line.map({ String(cString: $0) }) {
      guard text.hasPrefix("flags") else { continue }
      let flags = Set(text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init))
      var found = ["generic"]
      if flags.isSuperset(of: ["avx2", "fma", "f16c"]) { found.append("avx2") }
      if flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) {
        found.append("avx512")
      }
      return found
    }
    return ["generic"]
  }

  private var swiftVersion: String {
    #if swift(>=6.4)
      "6.4 or newer"
    #elseif swift(>=6.3)
      "6.3"
    #elseif swift(>=6.2)
      "6.2"
    #else
      "6.1"
    #endif
  }

  private func gibibytes(_ bytes: Int) -> Double {
    (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
  }

  /// Returns a C array of characters as a string.
  private func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
