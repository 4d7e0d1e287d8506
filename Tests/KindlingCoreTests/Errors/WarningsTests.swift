import Kindling
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite struct WarningsTests {
  private func warnTwice() throws {
    for _ in 0..<2 { try Warnings.warn(.user, "op", "twice") }
  }

  @Test func recordedWarningsAreListedInOrder() throws {
    let (result, warnings) = try Warnings.recorded {
      try Warnings.warn(.user, "a", "one")
      try Warnings.warn(.deprecated, "", "two")
      return 3
    }
    #expect(result == 3)
    #expect(warnings.map(\.description) == ["a: one", "two"])
    #expect(warnings.map(\.kind) == [.user, .deprecated])
  }

  @Test func errorsAreThrown() {
    #expect(throws: TensorWarning(.user, "op", "twice")) {
      try Warnings.with(.error) { try warnTwice() }
    }
  }

  @Test func ignoredWarningsReachNobody() throws {
    let warnings = try Warnings.recorded { try Warnings.with(.ignore) { try warnTwice() } }.warnings
    #expect(warnings.isEmpty)
  }

  @Test func anActionForOneKindLeavesTheOthersAlone() throws {
    let warnings = try Warnings.recorded {
      try Warnings.with(.error, for: .broadcast) { try warnTwice() }
    }.warnings
    #expect(warnings.count == 2)
    #expect(throws: TensorWarning.self) {
      try Warnings.with(.ignore) {
        try Warnings.with(.error, for: .broadcast) { try Warnings.warn(.broadcast, "", "sizes") }
      }
    }
  }

  @Test func aHandlerMayThrowItsOwnError() {
    struct Own: Error {}
    #expect(throws: Own.self) {
      try Warnings.with(.handle { _ in throw Own() }) { try warnTwice() }
    }
  }

  /// What `body` writes to standard error, with nothing else from this process wanted in it.
  ///
  /// One capture at a time: each puts back what it found.
  private static let capture = Mutex(())

  private func standardError(_ body: () throws -> Void) throws -> String {
    try Self.capture.withLock { _ in try captured(body) }
  }

  private func captured(_ body: () throws -> Void) throws -> String {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let saved = dup(2)
    dup2(ends[1], 2)
    let outcome = Result { try body() }
    dup2(saved, 2)
    close(saved)
    close(ends[1])
    defer { close(ends[0]) }
    try outcome.get()
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ends[0], &buffer, buffer.count)
      if count <= 0 { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }

  private func lines(_ text: String, with part: String) -> Int {
    text.split(separator: "\n").count { $0.contains(part) }
  }

  @Test func aWarningIsWrittenOncePerPlaceAndText() throws {
    let text = try standardError {
      try Warnings.with(.once) {
        for i in 0..<6 { try Warnings.warn(.user, "op", "once \(i % 2)") }
        for _ in 0..<3 { try Warnings.warn(.user, "op", "once 0") }
      }
    }
    // Two texts of the first place, one of the second.
    #expect(lines(text, with: "Warning: op: once 0") == 2)
    #expect(lines(text, with: "Warning: op: once 1") == 1)
  }

  @Test func theTextsOfOnePlaceAreBounded() throws {
    let text = try standardError {
      try Warnings.with(.once) {
        for i in 0..<300 { try Warnings.warn(.user, "", "bounded text \(i)") }
      }
    }
    #expect(lines(text, with: "bounded text") == 100)
  }

  @Test func aNoteWritesWhatItCannotThrow() throws {
    let text = try standardError { Warnings.with(.error) { Warnings.note(.user, "", "a note") } }
    #expect(lines(text, with: "Warning: a note") == 1)
  }

  // MARK: Threads

  private func load(workers: Int) throws -> Int {
    let samples = [Int](0..<6).mapSamples { i in
      try Warnings.warn(.user, "", "sample \(i)")
      return Tensor(Double(i))
    }
    var count = 0
    for batch in try DataLoader(samples, batchSize: 2, workers: workers) {
      _ = try batch.get()
      count += 1
    }
    return count
  }

  @Test(arguments: [0, 2]) func scopesHoldForTheWorkersOfALoader(workers: Int) throws {
    let (count, warnings) = try Warnings.recorded { try load(workers: workers) }
    #expect(count == 3)
    #expect(Set(warnings.map(\.message)) == Set((0..<6).map { "sample \($0)" }))
    #expect(throws: TensorWarning.self) { try Warnings.with(.error) { try load(workers: workers) } }
  }

  @Test func scopesOfThreadsAreApart() async throws {
    let found = try await withThrowingTaskGroup(of: [String].self) { group in
      for i in 0..<16 {
        group.addTask {
          try Warnings.recorded {
            for _ in 0..<50 { try Warnings.warn(.user, "", "\(i)") }
          }.warnings.map(\.message)
        }
      }
      return try await group.reduce(into: [[String]]()) { $0.append($1) }
    }
    #expect(Set(found) == Set((0..<16).map { [String](repeating: "\($0)", count: 50) }))
  }

  @Test func aScopeEndsWhenItsBodyThrows() throws {
    struct Own: Error {}
    let warnings = try Warnings.recorded {
      #expect(throws: Own.self) {
        try Warnings.with(.ignore) {
          try Warnings.warn(.user, "", "inside")
          throw Own()
        }
      }
      try Warnings.warn(.user, "", "outside")
    }.warnings
    #expect(warnings.map(\.message) == ["outside"])
  }

  // MARK: Places that warn

  @Test func readingTheGradientOfAResultWarns() throws {
    let x = try Tensor([1.0, 2.0]).requiresGrad_()
    let y = try x * 2
    let kept = try x * 3
    try kept.retainGrad()
    let warnings = Warnings.recorded { [x.grad, y.grad, kept.grad, y.detach().grad] }.warnings
    #expect(warnings.count == 1)
    #expect(
      warnings.first?.message.hasPrefix(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed.") == true)
  }

  @Test func anomalyDetectionWarns() throws {
    let warnings = Warnings.recorded { detectAnomaly {} }.warnings
    #expect(warnings.first?.message.hasPrefix("Anomaly Detection has been enabled.") == true)
  }
}
