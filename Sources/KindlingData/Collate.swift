public import KindlingCore

/// A type whose values can be collated to a batch (PyTorch: `default_collate`).
///
/// Tensors are stacked, and numbers become a tensor. Arrays and dictionaries are collated element
/// by element; strings become an array. ``DataLoader`` also collates tuples of up to four of these.
/// Your own types can conform.
public protocol Collatable {
  /// The type of a batch.
  associatedtype Batch
  /// Returns a batch of `samples`.
  static func collate(_ samples: [Self]) throws -> Batch
}

extension Tensor: Collatable {
  /// Stacks the samples along a new first dimension.
  public static func collate(_ samples: [Tensor]) throws -> Tensor { try stack(samples) }
}

extension Collatable where Self: TensorScalar {
  /// Returns a tensor of the numbers in their own dtype (`Int` is int64, `Double` float64).
  public static func collate(_ samples: [Self]) throws -> Tensor {
    try Tensor(samples, dtype: dtype)
  }
}
extension Int: Collatable {}
extension Int64: Collatable {}
extension Int32: Collatable {}
extension Int16: Collatable {}
extension Int8: Collatable {}
extension UInt8: Collatable {}
extension Double: Collatable {}
extension Float: Collatable {}
extension Bool: Collatable {}

extension String: Collatable {
  /// Returns the strings unchanged.
  public static func collate(_ samples: [String]) throws -> [String] { samples }
}

extension Array: Collatable where Element: Collatable {
  /// Returns a batch for each position; all samples must have the same length.
  public static func collate(_ samples: [[Element]]) throws -> [Element.Batch] {
    guard let first = samples.first else { return [] }
    guard samples.allSatisfy({ $0.count == first.count }) else {
      throw TensorError(
        .shape, "collate",
        "each element in list of batch should be of equal size, but the sizes are \(samples.map(\.count))"
      )
    }
    return try first.indices.map { i in try Element.collate(samples.map { $0[i] }) }
  }
}

extension Dictionary: Collatable where Value: Collatable {
  /// Returns a batch for each key; all samples must have the keys of the first one.
  public static func collate(_ samples: [[Key: Value]]) throws -> [Key: Value.Batch] {
    var result: [Key: Value.Batch] = [:]
    for key in samples.first?.keys ?? [:].keys {
      result[key] = try Value.collate(
        samples.map { sample in
          guard let value = sample[key] else {
            throw TensorError(.value, "collate", "a sample has no \(key), which the first one has")
          }
          return value
        })
    }
    return result
  }
}
