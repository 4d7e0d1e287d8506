import Kindling

/// A case of a sampler, a loader or a split: the indices and the number of random draws.
final class SamplerRun {
  private let test: ConformanceCase
  private let file: TensorFile
  private var phase = "construction"
  private let data: [Int]
  /// The generator of all parts; `nil` means the default generator.
  private let generator: Generator?

  init(_ test: ConformanceCase, _ file: TensorFile) {
    self.test = test
    self.file = file
    data = Array(0..<max(test.json["n"]?.int ?? 0, 0))
    generator = test.json["generator"]?.int.map { Generator(seed: $0) }
  }

  /// Runs the case and returns its outcome.
  func verdict() -> Verdict {
    do {
      if let seed = test.json["seed"]?.int { manualSeed(seed) }
      if let problem = try run() { return .failed(problem) }
      return test.expectsError
        ? .failed("returned, where PyTorch refuses: \(test.json["error"]?.string ?? "")") : .passed
    } catch let error as UnsupportedError {
      return .unsupported("\(error)")
    } catch let error as TensorError where test.expectsError {
      // An error that depends on the arguments alone may be thrown before their use.
      return phase == "construction" || phase == test.json["phase"]?.string
        ? .passed : .failed("threw in the phase \(phase): \(error)")
    } catch {
      return .failed("threw \(error)")
    }
  }

  private func run() throws -> String? {
    if let lengths = test.json["random_split"]?.array { return try runSplit(lengths) }
    guard let sampler = test.json["sampler"] else { throw GoldenError("\(test.id): no sampler") }
    if let epochs = test.json["set_epochs"]?.array { return try runRanks(sampler, epochs) }
    if sampler["class"]?.string == "DataLoader" { return try runLoader(sampler["kwargs"]) }
    if sampler["class"]?.string == "BatchSampler" {
      let batches = try batchSampler(sampler)
      return try check(batches.count) { try self.ints(of: batches) }
    }
    let indices = try self.sampler(sampler)
    return try check(indices.count) { .array(try self.elements(of: indices).map { .int($0) }) }
  }

  /// Compares the length, the passes and the next random numbers.
  private func check(_ length: Int, _ pass: () throws -> JSONValue) throws -> String? {
    phase = "iteration"
    if let wanted = test.json["length"]?.int, length != wanted {
      return "has \(length) elements, expected \(wanted)"
    }
    for epoch in 0..<(test.json["epochs"]?.int ?? 1) {
      let indices = try pass()
      if let wanted = test.json["indices"]?.array?[epoch], indices != wanted {
        return "pass \(epoch) gives \(indices), expected \(wanted)"
      }
    }
    return try checkDraws()
  }

  private func checkDraws() throws -> String? {
    guard let name = test.json["rand_after"]?.string else { return nil }
    let next = try Tensor.rand([2], generator: generator)
    return try difference(next, file.tensor(name)).map { "numbers drawn next: \($0)" }
  }

  // MARK: Splits and ranks

  private func runSplit(_ lengths: [JSONValue]) throws -> String? {
    let counts = lengths.compactMap { $0["int"]?.int }
    let parts =
      counts.count == lengths.count
      ? try randomSplit(data, counts, generator: generator)
      : try randomSplit(data, lengths.map { $0["float"]?.double ?? .nan }, generator: generator)
    let indices = JSONValue.array(parts.map { .array($0.indices.map { .int($0) }) })
    if let wanted = test.json["parts"], indices != wanted {
      return "the parts are \(indices), expected \(wanted)"
    }
    return try checkDraws()
  }

  private func runRanks(_ json: JSONValue, _ epochs: [JSONValue]) throws -> String? {
    for (rank, expected) in (test.json["ranks"]?.array ?? []).enumerated() {
      let sampler = try distributed(Arguments([], arguments(json, rank: rank)))
      if let wanted = expected["length"]?.int, sampler.count != wanted {
        return "rank \(rank) has \(sampler.count) elements, expected \(wanted)"
      }
      for (i, epoch) in epochs.enumerated() {
        if let epoch = epoch.int { sampler.setEpoch(epoch) }
        let indices = try elements(of: sampler)
        guard indices == expected["indices"]?.array?[i].ints else {
          return
            "rank \(rank) gives \(indices), expected \(expected["indices"]?.array?[i] ?? .null)"
        }
      }
    }
    return nil
  }

  // MARK: Samplers

  private func arguments(_ json: JSONValue, rank: Int? = nil) throws -> [String: ArgumentValue] {
    var result: [String: ArgumentValue] = [:]
    for (name, value) in json["kwargs"]?.object ?? [:] where value["sampler"] == nil {
      result[name] = try ArgumentValue(value, file)
    }
    if let rank { result["rank"] = .int(rank) }
    return result
  }

  /// Returns the sampler of single samples described by `json`.
  private func sampler(_ json: JSONValue) throws -> any Sampler<Int> {
    let a = Arguments([], try arguments(json))
    let sampler: any Sampler<Int>
    switch json["class"]?.string {
    case "SequentialSampler": sampler = SequentialSampler(data)
    case "RandomSampler":
      sampler = try RandomSampler(
        data, replacement: a.bool(nil, "replacement", default: false),
        numSamples: a.optionalInt(nil, "num_samples"), generator: generator)
    case "SubsetRandomSampler":
      sampler = SubsetRandomSampler(try a.ints(nil, "indices"), generator: generator)
    case "WeightedRandomSampler":
      let weights =
        a.isTensor(nil, "weights")
        ? try Elements(a.tensor(nil, "weights")).doubles : try a.optionalDoubles(nil, "weights")
      sampler = try WeightedRandomSampler(
        weights ?? [], numSamples: a.int(nil, "num_samples"),
        replacement: a.bool(nil, "replacement", default: true), generator: generator)
    case "DistributedSampler": sampler = try distributed(a)
    case let other: throw UnsupportedError("sampler \(other ?? "")")
    }
    guard a.unread.isEmpty else { throw UnsupportedError(a.unread.joined(separator: ", ")) }
    return sampler
  }

  private func distributed(_ a: Arguments) throws -> DistributedSampler {
    try DistributedSampler(
      data, numReplicas: a.int(nil, "num_replicas", default: 1),
      rank: a.int(nil, "rank", default: 0),
      shuffle: a.bool(nil, "shuffle", default: true), seed: a.int(nil, "seed", default: 0),
      dropLast: a.bool(nil, "drop_last", default: false))
  }

  private func batchSampler(_ json: JSONValue) throws -> any Sampler<[Int]> {
    guard let inner = json["kwargs"]?["sampler"]?["sampler"] else {
      throw UnsupportedError("a BatchSampler without sampler")
    }
    let a = Arguments([], try arguments(json))
    return try BatchSampler(
      sampler(inner), batchSize: a.int(nil, "batch_size"),
      dropLast: a.bool(nil, "drop_last", default: false))
  }

  private func elements<Element>(of sampler: any Sampler<Element>) throws -> [Element] {
    func open<S: Sampler>(_ sampler: S) -> [S.Element] { Array(sampler) }
    return open(sampler)
  }

  private func ints(of batches: any Sampler<[Int]>) throws -> JSONValue {
    .array(try elements(of: batches).map { .array($0.map { .int($0) }) })
  }

  // MARK: Loaders

  private func runLoader(_ json: JSONValue?) throws -> String? {
    let a = Arguments([], try arguments(.object(["kwargs": json ?? .null])))
    let single = try (json?["sampler"]?["sampler"]).map(sampler)
    let batches = try (json?["batch_sampler"]?["sampler"]).map(batchSampler)
    if case .none? = a.value(nil, "batch_size") { throw UnsupportedError("batch_size None") }
    let loader = try DataLoader(
      data, batchSize: a.int(nil, "batch_size", default: 1),
      shuffle: a.bool(nil, "shuffle", default: false), sampler: single, batchSampler: batches,
      workers: a.int(nil, "num_workers", default: 0),
      dropLast: a.bool(nil, "drop_last", default: false), generator: generator, collate: { $0 })
    guard a.unread.isEmpty else { throw UnsupportedError(a.unread.joined(separator: ", ")) }
    var epoch = 0
    return try check(loader.count) {
      (single as? DistributedSampler)?.setEpoch(epoch)
      epoch += 1
      return .array(try loader.map { .array(try $0.get().map { .int($0) }) })
    }
  }
}
