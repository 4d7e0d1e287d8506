import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

/// Paths that name no file, in everything of this module that takes one.
@Suite struct PathTests {
  static let readers: [(String, @Sendable (String) throws -> Void)] = [
    ("readImage", { _ = try readImage($0) }), ("IDX", { _ = try IDX.read($0) }),
    ("digest", { _ = try FileDigest.md5("00").sum(ofFile: $0) }),
  ]
  static let others: [(String, @Sendable (String) throws -> Void)] = [
    ("writeImage", { try writeImage(Tensor.zeros([3, 2, 2]).to(.uint8), to: $0) }),
    ("ImageFolder", { _ = try ImageFolder($0) }),
    ("MNIST", { _ = try MNIST(root: $0) }),
    ("figure", { try Figure().save($0 + ".svg") }),
  ]

  @Test(arguments: (readers + others).map(\.0)) func aPathWithANULNamesNoFile(name: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let victim = "\(folder)/victim.png"
      try FileBytes.write([1], to: victim)
      for (_, body) in (Self.readers + Self.others).filter({ $0.0 == name }) {
        expectRefusal("…NUL…") { try body(victim + "\0.png") }
      }
      #expect(try FileBytes.list(folder) == ["victim.png"] && FileBytes.read(victim) == [1])
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: readers.map(\.0))
  func aPipeIsNotWaitedFor(name: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      for (_, body) in Self.readers.filter({ $0.0 == name }) {
        expectRefusal("…is a pipe…") { try body(path) }
      }
    }
  }
}
