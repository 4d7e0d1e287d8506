import Kindling
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The Swift half of `scripts/check-pytorch-interchange`, which names a folder of files that PyTorch
/// has just written and reads what this makes of them.
@Suite struct InterchangeTests {
  static let folder = getenv("KINDLING_INTERCHANGE").map { String(cString: $0) }

  @Test(
    .enabled(if: folder != nil, "run by scripts/check-pytorch-interchange, which needs PyTorch"))
  func writesBackWhatPyTorchWrote() throws {
    let folder = try #require(Self.folder)
    let names = try FileBytes.list(folder).filter { $0.hasSuffix(".pt") }
    #expect(!names.isEmpty)
    for name in names {
      try save(load("\(folder)/\(name)"), to: "\(folder)/\(name.dropLast(3)).kindling")
    }
  }
}
