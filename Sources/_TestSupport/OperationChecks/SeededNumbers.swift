/// A small random generator for tests, with the same numbers for a seed everywhere.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// Creates a generator with its own numbers for each `name`.
  init(_ name: String) {
    state = name.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Returns a number from 0 up to, but not including, `bound`, which must be positive.
  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Returns true with probability 1 / `n`.
  mutating func oneIn(_ n: Int) -> Bool { below(n) == 0 }

  /// Returns one of `choices`, which must not be empty.
  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
