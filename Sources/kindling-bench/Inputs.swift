import Foundation
import Kindling

/// Inputs with the sizes, dtypes and distributions that every library in the comparison uses.
///
/// The values come from Kindling's own generator; no workload's time depends on them.
enum Inputs {
  static func normal(_ seed: Int, _ shape: Int..., scale: Float = 1) throws -> Tensor {
    let result = try Tensor.empty(shape)
    var state = UInt64(seed)
    func uniform() -> Float { Float(next(&state) >> 40) * 0x1p-24 }
    try result.withUnsafeMutableBuffer(of: Float.self) { values in
      for i in values.indices {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        values[i] = radius * cos(2 * .pi * uniform()) * scale
      }
    }
    return result
  }

  static func integers(_ seed: Int, below bound: Int, _ count: Int) -> Tensor {
    var state = UInt64(seed)
    return Tensor((0..<count).map { _ in Int(next(&state) >> 33) % bound })
  }

  private static func next(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
