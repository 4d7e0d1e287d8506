import Kindling
import KindlingPlatform
import Synchronization
import Testing
import _TestExpectations

/// What happens to files while they are read and afterwards, and paths that name no file.
@Suite struct FileHazardTests {
  /// A way to write tensors and to read them again.
  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    let write: @Sendable (Tensor, String) throws -> Void
    let read: @Sendable (String) throws -> Tensor
    var testDescription: String { name }
  }

  static let forms: [Form] = [
    Form(name: "zip", write: { try save($0, to: $1) }) {
      try #require(try load($0).tensorValue)
    },
    Form(name: "legacy", write: { try save(.tensor($0), to: $1, container: .legacy) }) {
      try #require(try load($0).tensorValue)
    },
    Form(name: "state dict", write: { try save(["w": $0] as StateDict, to: $1) }) {
      try #require(try loadStateDict(from: $0)["w"])
    },
    Form(
      name: "model",
      write: { (values: Tensor, path: String) in
        let model = Linear(4, values.numel / 4, bias: false)
        try noGrad { _ = try model.weight.copy_(values.reshape([values.numel / 4, 4])) }
        try save(model, to: path)
      },
      read: { try loadModel(from: $0, as: Linear.self).weight.detach().flatten() }),
    Form(name: "safetensors", write: { try Safetensors.save(["w": $0], to: $1) }) {
      try #require(try Safetensors.load($0)["w"])
    },
    Form(name: "npy", write: { try NumPy.save($0, to: $1) }) { try NumPy.load($0) },
    Form(name: "npz", write: { try NumPy.savez(["w": $0], to: $1) }) {
      try #require(try NumPy.loadz($0)["w"])
    },
    Form(name: "compressed npz", write: { try NumPy.savez(["w": $0], to: $1, compressed: true) }) {
      try #require(try NumPy.loadz($0)["w"])
    },
  ]

  /// After loading, no value depends on the file.
  @Test(arguments: forms) func loadedValuesOutliveEveryChangeOfTheFile(form: Form) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let values = try Tensor.arange(40_000).to(.float32)
      try form.write(values, path)
      let loaded = try form.read(path)
      // Other content in the same file, and then none.
      let length = try FileBytes.read(path).count
      let descriptor = open(path, O_WRONLY)
      let other = [UInt8](repeating: 0xAB, count: length)
      #expect(pwrite(descriptor, other, length, 0) == length)
      #expect(try loaded.equal(values))
      #expect(ftruncate(descriptor, 1) == 0)
      close(descriptor)
      #expect(try loaded.equal(values))
    }
  }

  /// Whichever read is the first to find the file cut short.
  @Test(arguments: forms) func aFileThatIsCutShortWhileItIsReadIsAnError(form: Form) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let values = try Tensor.arange(40_000).to(.float32)
      try form.write(values, path)
      let whole = try FileBytes.read(path)
      var number = 0
      while true {
        try FileBytes.write(whole, to: path)
        let count = Mutex(0)
        let limit = number
        let result = Result {
          try FileSystem.withFault(
            { call in
              let isNow =
                call == .read
                && count.withLock {
                  $0 += 1; return $0 == limit + 1
                }
              if isNow { truncate(path, 3) }
              return nil
            }, { try form.read(path) })
        }
        if count.withLock({ $0 }) <= limit {
          #expect(try result.get().equal(values))
          break
        }
        expectRefusal("…/file: was cut short while it was read") { try result.get() }
        number += 1
      }
      #expect(number > 0)
    }
  }

  /// Mapping is a request, and writing to what is mapped leaves the file.
  @Test func mappedTensorsHaveTheValuesOfTheFile() throws {
    try FileBytes.withTemporaryFolder { folder in
      let values = try Tensor.arange(4000).to(.float32)
      try save(["w": values] as StateDict, to: "\(folder)/a.pth")
      try Safetensors.save(["w": values], to: "\(folder)/a.safetensors")
      try NumPy.save(values, to: "\(folder)/a.npy")
      try NumPy.savez(["w": values], to: "\(folder)/a.npz")
      try save(Linear(2, 2), to: "\(folder)/model.pth")
      let loaded = [
        try loadStateDict(from: "\(folder)/a.pth", mapped: true)["w"],
        try Safetensors.load("\(folder)/a.safetensors", mapped: true)["w"],
        try NumPy.load("\(folder)/a.npy", mapped: true),
        try NumPy.loadz("\(folder)/a.npz", mapped: true)["w"],
      ]
      for tensor in loaded {
        let tensor = try #require(tensor)
        #expect(try tensor.equal(values))
        _ = try tensor.zero_()
      }
      #expect(try loadStateDict(from: "\(folder)/a.pth")["w"]?.equal(values) == true)
      _ = try loadModel(from: "\(folder)/model.pth", mapped: true)
    }
  }

  // MARK: Paths

  static let readers: [(String, @Sendable (String) throws -> Void)] = [
    ("load", { _ = try load($0) }), ("load mapped", { _ = try load($0, mapped: true) }),
    ("loadStateDict", { _ = try loadStateDict(from: $0) }),
    ("loadModel", { _ = try loadModel(from: $0) }),
    ("loadModelState", { _ = try loadModelState(from: $0) }),
    ("loadNotes", { _ = try loadNotes(from: $0) }), ("inspect", { _ = try inspect($0) }),
    ("FileFormat", { _ = try FileFormat(ofFile: $0) }),
    ("Safetensors", { _ = try Safetensors.load($0) }),
    ("metadata", { _ = try Safetensors.metadata($0) }), ("npy", { _ = try NumPy.load($0) }),
    ("npz", { _ = try NumPy.loadz($0) }), ("csv", { _ = try CSVTable($0) }),
  ]

  static let writers: [(String, @Sendable (String) throws -> Void)] = [
    ("save", { try save(Tensor(1.0), to: $0) }),
    ("save legacy", { try save(.tensor(Tensor(1.0)), to: $0, container: .legacy) }),
    ("save model", { try save(Linear(1, 1), to: $0) }),
    ("Safetensors", { try Safetensors.save([:], to: $0) }),
    ("npy", { try NumPy.save(Tensor(1.0), to: $0) }), ("npz", { try NumPy.savez([:], to: $0) }),
  ]

  /// The system would see the path up to the NUL alone.
  @Test(arguments: readers.map(\.0) + writers.map(\.0))
  func aPathWithANULNamesNoFile(name: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let victim = "\(folder)/victim.pth"
      try save(Tensor(3.0), to: victim)
      let before = try FileBytes.read(victim)
      for (_, body) in (Self.readers + Self.writers).filter({ $0.0 == name }) {
        expectRefusal("…NUL…") { try body(victim + "\0.bak") }
      }
      #expect(try FileBytes.read(victim) == before)
      #expect(try FileBytes.list(folder) == ["victim.pth"])
    }
  }

  /// Opening a pipe waits for its other end, which may never come.
  @Test(.timeLimit(.minutes(10)), arguments: readers.map(\.0) + writers.map(\.0))
  func aPipeIsNotWaitedFor(name: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      for (_, body) in (Self.readers + Self.writers).filter({ $0.0 == name }) {
        expectRefusal("…is a pipe…") { try body(path) }
      }
    }
  }
}
