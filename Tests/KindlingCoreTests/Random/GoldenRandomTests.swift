import Kindling
import Testing
import _TestSupport

/// All draws that PyTorch's generator was asked for, to the bit.
@Suite struct GoldenRandomTests {
  @Test func everyCall() throws {
    let calls = try #require(Golden.json("rng.json")["calls"]?.array)
    let expected = try Golden.tensors("rng.safetensors")
    #expect(calls.count > 300)
    for call in calls {
      let name = call["name"]?.string ?? "?"
      // Seeds beyond Int stand in full only in the name.
      let seed = name.hasPrefix("seed.") ? UInt64(name.dropFirst(5)) : nil
      let generator = Generator(seed: seed ?? UInt64(truncatingIfNeeded: call["seed"]?.int ?? 0))
      var player = Player(explicit: call["generator"]?.string == "explicit" ? generator : nil)
      try withDefaultGenerator(player.explicit == nil ? generator : Generator()) {
        for (i, step) in (call["steps"]?.array ?? []).enumerated() {
          let place = "\(name), step \(i): \(step["op"]?.string ?? "?")"
          if Player.absent.contains(step["op"]?.string ?? "") { break }
          let drawn = try player.run(step)
          if let result = step["result"]?.string {
            let values = try #require(drawn, "\(place) gave nothing").toArray(as: Double.self)
            let wanted = try expected.tensor(result).toArray(as: Double.self)
            let wrong = zip(values, wanted).count { $0 != $1 && !($0.isNaN && $1.isNaN) }
            #expect(values.count == wanted.count, "\(place)")
            #expect(wrong == 0, "\(place): \(wrong) of \(wanted.count) values differ")
            #expect(drawn?.dtype.description == step["result_dtype"]?.string, "\(place)")
          }
          if let value = step["value"]?.int, seed == nil {
            #expect(generator.initialSeed == UInt64(truncatingIfNeeded: value), "\(place)")
          }
        }
        if let seed { #expect(generator.initialSeed == seed, "\(name)") }
      }
    }
  }

  @Test func leavesNothingOut() throws {
    var player = Player(explicit: nil)
    #expect(throws: GoldenError.self) { try player.run(.object(["op": .string("dance")])) }
  }
}

/// Performs the steps of a case on one generator.
private struct Player {
  /// Functions that Kindling has not; they end their case.
  static let absent: Set = ["alpha_dropout(ones)", "rrelu(-ones)", "gumbel_softmax(zeros)"]

  let explicit: Generator?
  var saved: [String: Tensor] = [:]
  var forked: [UInt8] = []

  init(explicit: Generator?) { self.explicit = explicit }

  mutating func run(_ step: JSONValue) throws -> Tensor? {
    let g = explicit
    let op = step["op"]?.string ?? ""
    let shape = step["shape"]?.ints ?? []
    let dtype = step["dtype"]?.string.flatMap(DType.init(named:)) ?? .float32
    func number(_ key: String) -> Double { step[key]?.double ?? .nan }
    func int(_ key: String) -> Int { step[key]?.int ?? Int(number(key)) }
    func blank() throws -> Tensor { try Tensor.empty(shape, dtype: dtype) }
    func ones() throws -> Tensor { try Tensor.ones(shape, dtype: dtype) }
    func literal(_ key: String) throws -> Tensor { try tensor(step[key] ?? .null) }
    switch op {
    case "rand": return try .rand(shape, generator: g, dtype: dtype)
    case "randn": return try .randn(shape, generator: g, dtype: dtype)
    case "uniform_": return try blank().uniform_(number("from"), number("to"), generator: g)
    case "normal_": return try blank().normal_(number("mean"), number("std"), generator: g)
    case "normal_noncontiguous":
      let wide = try Tensor.empty([shape[0], 2 * shape[1]], dtype: dtype)
      return try wide.alias(shape: shape, strides: [2 * shape[1], 2], offset: 0)
        .normal_(number("mean"), number("std"), generator: g)
    case "normal(tensor,tensor)": return try .normal(literal("mean"), literal("std"), generator: g)
    case "normal(tensor,float)": return try .normal(literal("mean"), number("std"), generator: g)
    case "normal(float,tensor)": return try .normal(number("mean"), literal("std"), generator: g)
    case "randint":
      return try .randint(
        int("low"), int("high"), shape, generator: g,
        dtype: step["dtype"] == nil ? .int64 : dtype)
    case "random_": return try blank().random_(generator: g)
    case "random_(to)": return try blank().random_(int("to"), generator: g)
    case "random_(from,to)": return try blank().random_(int("from"), int("to"), generator: g)
    case "randperm":
      return try .randperm(int("n"), generator: g, dtype: step["dtype"] == nil ? .int64 : dtype)
    case "bernoulli_(p)": return try blank().bernoulli_(number("p"), generator: g)
    case "bernoulli(tensor)": return try literal("p").bernoulli(generator: g)
    case "bernoulli_(tensor)":
      let p = try literal("p")
      return try Tensor.empty(p.shape, dtype: dtype).bernoulli_(p, generator: g)
    case "dropout(ones)": return try dropout(ones(), number("p"), shape)
    case "dropout1d(ones)", "dropout2d(ones)":
      return try dropout(ones(), number("p"), shape.enumerated().map { $0 < 2 ? $1 : 1 })
    case "multinomial":
      return try literal("weights")
        .multinomial(
          int("num_samples"), replacement: step["replacement"]?.bool ?? false, generator: g)
    case "exponential_": return try blank().exponential_(number("lambd"), generator: g)
    case "geometric_": return try blank().geometric_(number("p"), generator: g)
    case "log_normal_": return try blank().logNormal_(number("mean"), number("std"), generator: g)
    case "cauchy_": return try blank().cauchy_(number("median"), number("sigma"), generator: g)
    case "get_state": return try (g ?? .default).getState()
    case "save_state": saved[step["as"]?.string ?? ""] = try (g ?? .default).getState()
    case "restore_state":
      if let state = saved[step["as"]?.string ?? ""] { try (g ?? .default).setState(state) }
    case "manual_seed":
      if let g { g.manualSeed(int("seed")) } else { manualSeed(int("seed")) }
    case "initial_seed": break
    case "fork_rng_begin": forked = Generator.default.stateBytes
    case "fork_rng_end": try Generator.default.setState(forked)
    default: throw GoldenError("no such step: \(op)")
    }
    return nil
  }

  private func dropout(_ x: Tensor, _ p: Double, _ noiseShape: [Int]) throws -> Tensor {
    try p == 0 ? x : x.mul(x.newEmpty(noiseShape).dropoutNoise(p))
  }

  /// A tensor of a case's nested lists.
  private func tensor(_ value: JSONValue) throws -> Tensor {
    var shape: [Int] = [], numbers: [Double] = []
    func walk(_ value: JSONValue, _ depth: Int) {
      guard let items = value.array else { return numbers.append(value.double ?? .nan) }
      if shape.count == depth { shape.append(items.count) }
      for item in items { walk(item, depth + 1) }
    }
    walk(value["values"] ?? .null, 0)
    let dtype = value["dtype"]?.string.flatMap(DType.init(named:)) ?? .float32
    return try Tensor(numbers, dtype: .float64)
      .alias(shape: shape, strides: Layout.contiguousStrides(shape), offset: 0).to(dtype)
  }
}

extension DType {
  fileprivate init?(named name: String) {
    guard let dtype = DType.allCases.first(where: { $0.description == name }) else { return nil }
    self = dtype
  }
}
