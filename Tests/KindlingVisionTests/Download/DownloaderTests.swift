import Kindling
import KindlingVision
import Synchronization
import Testing
import _TestSupport

@Suite struct DownloaderTests {
  typealias Request = LocalServer.Request

  private let order = [
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
  ]

  /// Runs `body` with an empty folder and a server; the server ends afterwards.
  private func withServer(
    _ behaviour: LocalServer.Behaviour, _ body: (_ root: String, LocalServer) throws -> Void
  ) throws {
    let server = try LocalServer(behaviour)
    defer { server.stop() }
    try FileBytes.withTemporaryFolder { try body($0, server) }
  }

  private func open(_ root: String, _ mirrors: [String]) throws -> Tiny<Int> {
    try Tiny(root: root, download: true, mirrors: mirrors, progress: nil)
  }

  @Test func fetchesOnce() throws {
    try withServer(.init(files: TinyImages.contents)) { root, server in
      let dataset = try open(root + "/new/folder", [server.address])
      #expect(dataset.count == 3)
      #expect(server.requests == order.map { Request(path: $0, from: 0) })
      #expect(try FileBytes.list("\(root)/new/folder/Tiny/raw").sorted() == order.sorted())
      _ = try open(root + "/new/folder", [server.address])
      #expect(server.requests.count == 4)
    }
  }

  @Test func asksTheNextMirror() throws {
    var wrong = TinyImages.contents
    wrong[order[0]] = [1, 2, 3]
    wrong[order[1]] = nil
    let bad = try LocalServer(.init(files: wrong))
    defer { bad.stop() }
    try withServer(.init(files: TinyImages.contents)) { root, good in
      let dataset = try open(root, [bad.address, good.address])
      #expect(dataset.count == 3)
      #expect(good.requests.map(\.path) == Array(order[..<2]))
    }
  }

  @Test func resumesWhereATransferBrokeOff() throws {
    // Both mirrors are the same server: the second attempt goes on where the first ended.
    try withServer(.init(files: TinyImages.contents, breakOffs: [20])) { root, server in
      let dataset = try open(root, [server.address, server.address])
      #expect(dataset.count == 3)
      #expect(
        server.requests.prefix(2) == [
          Request(path: order[0], from: 0), Request(path: order[0], from: 20),
        ])
    }
  }

  @Test func startsAgainWhereTheServerKnowsNoRanges() throws {
    try withServer(.init(files: TinyImages.contents, ranges: false, breakOffs: [20])) {
      root, server in
      let dataset = try open(root, [server.address, server.address])
      #expect(dataset.count == 3)
    }
  }

  @Test(arguments: [
    [UInt8](repeating: 9, count: 10),  // a beginning of something else
    [UInt8](repeating: 9, count: 5000),  // longer than the file
  ])
  func startsAgainAfterAWrongPart(part: [UInt8]) throws {
    try withServer(.init(files: TinyImages.contents)) { root, server in
      try makeFolders(["\(root)/Tiny", "\(root)/Tiny/raw"])
      try FileBytes.write(part, to: "\(root)/Tiny/raw/\(order[0]).part")
      let dataset = try open(root, [server.address])
      #expect(dataset.count == 3)
      #expect(try FileBytes.list("\(root)/Tiny/raw").sorted() == order.sorted())
    }
  }

  @Test func takesAPartThatIsWhole() throws {
    try withServer(.init(files: TinyImages.contents)) { root, server in
      try makeFolders(["\(root)/Tiny", "\(root)/Tiny/raw"])
      try FileBytes.write(
        TinyImages.contents[order[0]] ?? [], to: "\(root)/Tiny/raw/\(order[0]).part")
      let dataset = try open(root, [server.address])
      #expect(dataset.count == 3)
      #expect(server.requests.map(\.path) == Array(order[1...]))
    }
  }

  @Test func saysWhatEachMirrorAnswered() throws {
    var wrong = TinyImages.contents
    wrong[order[0]] = [1, 2, 3]
    try withServer(.init(files: wrong)) { root, server in
      let gone = try LocalServer(.init(files: [:]))
      gone.stop()
      let error = #expect(throws: VisionError.self) {
        try open(root, [gone.address, server.address])
      }
      let message = error?.message ?? ""
      #expect(error?.kind == .download)
      #expect(message.hasPrefix("could not download train-images-idx3-ubyte.gz; tried\n"))
      #expect(message.contains(gone.address) && message.contains(server.address))
      #expect(message.contains("the MD5 sum is \(md5([1, 2, 3])), but should be"))
      #expect(try FileBytes.list("\(root)/Tiny/raw") == [])
    }
  }

  @Test func reportsProgress() throws {
    try withServer(.init(files: TinyImages.contents)) { root, server in
      let log = ProgressLog()
      _ = try Tiny(
        root: root, download: true, mirrors: [server.address],
        progress: { file, done, total in log.last.withLock { $0[file] = [done, total] } })
      for file in order {
        let size = TinyImages.contents[file]?.count ?? 0
        #expect(log.last.withLock { $0[file] } == [size, size])
      }
    }
  }

  @Test func writesNothingUnlessAsked() throws {
    try FileBytes.withTemporaryFolder { root in
      #expect(throws: VisionError.self) { try Tiny(root: root) }
      let entries = try FileBytes.list(root)
      #expect(entries == [])
    }
  }
}

private final class ProgressLog: Sendable { let last = Mutex<[String: [Int]]>([:]) }
