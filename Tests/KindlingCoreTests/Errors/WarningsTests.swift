import Kindling
import KindlingPlatform
import Synchronization
import Testing

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

  private struct Case: Sendable {
    let name: String
    let texts: [String]
    let body: @Sendable () throws -> Void
  }

  private static func freedom(_ name: String) -> String {
    "\(name)(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel)."
  }

  private static func expanded(_ name: String, _ example: String) -> String {
    "Use of \(name) on expanded tensors is deprecated. Please clone() the tensor before performing this operation. This also applies to advanced indexing e.g. tensor[\(example)"
  }

  private static func gaps(_ name: String) -> String {
    "torch.searchsorted(): \(name) tensor is non-contiguous, this will lower the performance due to extra data copy when converting non-contiguous tensor to contiguous, please use contiguous \(name) tensor if possible. This message will only appear once per program."
  }

  private static let byteMask =
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
  private static let transposed =
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
  private static let observations =
    "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations."

  /// Calls of operations, with what PyTorch warns of.
  private static let cases: [Case] = [
    Case(name: "std", texts: [freedom("std")]) { _ = try Tensor.ones(1).std() },
    Case(name: "var", texts: [freedom("var")]) {
      _ = try Tensor.ones(2, 3).var(dim: 0, correction: 3)
    },
    Case(name: "var of two", texts: []) { _ = try Tensor.ones(2, 3).var(dim: 0) },
    Case(name: "var without results", texts: [freedom("var")]) {
      _ = try Tensor.ones(0, 3).var(dim: 1, correction: 1)
    },
    Case(name: "std_mean, once with its gradient", texts: [freedom("std_mean")]) {
      let x = try Tensor.ones(1).requiresGrad_()
      try x.stdMean().deviation.backward()
    },
    Case(name: "var_mean", texts: [freedom("var_mean")]) { _ = try Tensor.ones(1).varMean() },
    Case(name: "cov", texts: [observations]) { _ = try Tensor.ones(3, 1).cov() },
    Case(name: "T", texts: [transposed]) { _ = try Tensor.ones(2, 3, 4).T },
    Case(name: "T of a matrix", texts: []) { _ = try Tensor.ones(2, 3).T },
    Case(
      name: "T of a number",
      texts: [
        "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases."
      ]
    ) { _ = Tensor(1.0).T },
    Case(
      name: "mT of a number",
      texts: [
        "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases."
      ]
    ) {
      let x = Tensor(1.0), same = try x.mT
      #expect(same === x)
    },
    Case(
      name: "H of a number",
      texts: ["Tensor.H is deprecated on 0-D tensors. Consider using x.conj()."]
    ) { _ = try Tensor(1.0).H },
    Case(
      name: "mH of a number",
      texts: ["Tensor.mH is deprecated on 0-D tensors. Consider using x.conj()."]
    ) { _ = try Tensor(1.0).mH },
    Case(name: "a mask of bytes", texts: [byteMask]) {
      _ = try Tensor.ones(2)[Tensor([1, 0], dtype: .uint8)]
    },
    Case(
      name: "where",
      texts: [
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of PyTorch. Use a boolean condition instead."
      ]
    ) { _ = try Tensor.where(Tensor([1, 0], dtype: .uint8), 1.0, 2.0) },
    Case(name: "masked_fill_", texts: [expanded("masked_fill_", "mask] = scalar")]) {
      try Tensor.ones(1).expand(3).maskedFill_(Tensor.ones(3, dtype: .bool), 2.0)
    },
    Case(name: "index_fill_", texts: [expanded("index_fill_", "mask] = scalar")]) {
      try Tensor.ones(1).expand(3).indexFill_(0, Tensor([0]), 2.0)
    },
    Case(name: "index_put_", texts: [expanded("index_put_", "indices] = tensor")]) {
      try Tensor.ones(1).expand(3).indexPut_([Tensor([0])], Tensor(2.0, dtype: .float32))
    },
    Case(name: "fill_", texts: []) { try Tensor.ones(1).expand(3).fill_(2) },
    Case(name: "searchsorted", texts: [gaps("input value"), gaps("boundary")]) {
      _ = try Tensor.ones(4, 3).t().searchsorted(Tensor.ones(2, 3).t())
    },
    Case(
      name: "meshgrid",
      texts: [
        "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."
      ]
    ) { _ = try Tensor.meshgrid([Tensor.ones(2)]) },
    Case(name: "cartesian_prod", texts: []) {
      _ = try Tensor.cartesianProd([Tensor.ones(2), Tensor.ones(2)])
    },
    Case(
      name: "cross",
      texts: [
        "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release."
      ]
    ) { _ = try Tensor.ones(3).cross(Tensor.ones(3)) },
    Case(name: "linalg.cross", texts: []) { _ = try Linalg.cross(Tensor.ones(3), Tensor.ones(3)) },
    Case(
      name: "index_reduce",
      texts: ["index_reduce() is in beta and the API may change at any time."]
    ) { _ = try Tensor.ones(2).indexReduce(0, Tensor([0]), Tensor.ones(1), .prod) },
    Case(
      name: "triangular_solve",
      texts: [
        "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of one of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\nX = torch.linalg.solve_triangular(A, B)."
      ]
    ) { _ = try Tensor.eye(2).triangularSolve(Tensor.eye(2)) },
    Case(
      name: "same padding of an even kernel",
      texts: [
        "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created"
      ]
    ) { _ = try F.conv1d(.ones(1, 1, 8), .ones(1, 1, 4), padding: .same) },
    Case(
      name: "backward that creates a graph",
      texts: [
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak."
      ]
    ) {
      let x = try Tensor.ones(1).requiresGrad_()
      try (x * x).backward(createGraph: true)
      x.grad = nil
    },
    Case(name: "grad that creates a graph", texts: []) {
      let x = try Tensor.ones(1).requiresGrad_()
      _ = try grad(of: [x * x], withRespectTo: [x], createGraph: true)
    },
  ]

  @Test(arguments: cases.map(\.name)) func operationsWarnAsPyTorchs(name: String) throws {
    let test = try #require(Self.cases.first { $0.name == name })
    let warnings = try Warnings.recorded(test.body).warnings
    #expect(warnings.map(\.message) == test.texts)
  }
}
