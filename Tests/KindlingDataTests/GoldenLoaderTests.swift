import Kindling
import Testing
import _TestSupport

/// All orders of PyTorch's samplers and loaders, and how much they draw.
@Suite struct GoldenLoaderTests {
  @Test(arguments: [0, 3]) func everyCase(workers: Int) throws {
    let cases = try #require(Golden.json("rng.json")["loaders"]?.array)
    #expect(cases.count > 70)
    // Two cases go on with the generator of the case before.
    var previous = Generator()
    for entry in cases {
      let name = entry["name"]?.string ?? "?", n = try #require(entry["N"]?.int)
      let replacement = entry["replacement"]?.bool ?? false
      let goesOn = name == "weighted_random_sampler" && !replacement
      let generator = goesOn ? previous : Generator(seed: entry["seed"]?.int ?? 0)
      previous = generator
      let place = Comment(rawValue: entry["description"]?.string ?? name)
      try withDefaultGenerator(generator) {
        let drawn = try passes(name, entry, Array(0..<n), workers)
        if let drawn { #expect(drawn == entry["epochs"]?.numbers, place) }
        if let after = entry["rand_after"]?.array?.compactMap(\.double) {
          #expect(try Tensor.rand(2).toArray(as: Double.self) == after, place)
        }
      }
    }
  }

  /// The numbers that the case draws, flattened; nil where only the count of draws matters.
  private func passes(
    _ name: String, _ entry: JSONValue, _ data: [Int], _ workers: Int
  ) throws -> [Int]? {
    func twice(_ sampler: any Sampler<Int>) -> [Int] {
      func all<S: Sampler<Int>>(_ sampler: S) -> [Int] { Array(sampler) }
      return all(sampler) + all(sampler)
    }
    let replacement = entry["replacement"]?.bool ?? false
    let size = entry["batch_size"]?.int ?? 1, dropLast = entry["drop_last"]?.bool ?? false
    switch name {
    case "dataloader_shuffle":
      let loader = try DataLoader(
        data, batchSize: size, shuffle: true, workers: workers, dropLast: dropLast)
      return try (0..<2).flatMap { _ in try loader.flatMap { try $0.get().toArray(as: Int.self) } }
    case "dataloader_shuffle_generator":
      let own = Generator(seed: entry["generator_seed"]?.int ?? 0)
      let loader = try DataLoader(
        data, batchSize: size, shuffle: true, workers: workers, generator: own)
      let drawn = try (0..<2).flatMap { _ in
        try loader.flatMap { try $0.get().toArray(as: Int.self) }
      }
      let after = try Tensor.rand(2, generator: own).toArray(as: Double.self)
      #expect(after == entry["rand_g_after"]?.array?.compactMap(\.double))
      return drawn
    case "dataloader_plain_consumption":
      let loader = try DataLoader(data, batchSize: size, workers: workers)
      for _ in 0..<2 {
        let all = try loader.flatMap { try $0.get().toArray(as: Int.self) }
        #expect(all == data)
      }
      return nil
    case "dataloader_next_iter":
      return try DataLoader(data, batchSize: size, shuffle: true, workers: workers).first()
        .toArray(as: Int.self)
    case "random_sampler":
      return twice(
        try RandomSampler(data, replacement: replacement, numSamples: entry["num_samples"]?.int))
    case "random_sampler_generator":
      return twice(
        try RandomSampler(
          data, replacement: replacement, numSamples: entry["num_samples"]?.int,
          generator: .default))
    case "subset_random_sampler":
      return twice(SubsetRandomSampler(Array(stride(from: 0, to: data.count, by: 3))))
    case "weighted_random_sampler":
      return twice(
        try WeightedRandomSampler(
          data.map { 0.1 * Double($0 % 5) + 0.05 }, numSamples: data.count / 2,
          replacement: replacement))
    case "batch_sampler":
      return try BatchSampler(RandomSampler(data), batchSize: size, dropLast: dropLast)
        .flatMap { $0 }
    case "random_split":
      let lengths = try #require(entry["lengths"]?.ints)
      return try randomSplit(data, lengths).flatMap(\.indices)
    case "random_split_fraction":
      let fractions = (entry["fractions"]?.array ?? []).compactMap(\.double)
      return try randomSplit(data, fractions).flatMap(\.indices)
    default: throw GoldenError("no such case: \(name)")
    }
  }
}

extension JSONValue {
  /// All numbers in nested lists, in order.
  fileprivate var numbers: [Int] { array?.flatMap(\.numbers) ?? int.map { [$0] } ?? [] }
}
