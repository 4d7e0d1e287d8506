public import KindlingCore

/// What several samples can be made one batch of, in PyTorch's way (PyTorch: `default_collate`).
///
/// Tensors are stacked and numbers become a tensor; arrays and dictionaries are collated place by
/// place, strings become an array. Tuples of up to four of these are known to ``DataLoader``. A type of
/// one's own can conform too.
public protocol Collatable {
  /// What a batch of these is.
  associatedtype Batch
  /// One batch of `samples`.
  static func collate(_ samples: [Self]) throws -> Batch
}

extension Tensor: Collatable {
  /// The samples stacked along a new first dimension.
  public static func collate(_ samples: [Tensor]) throws -> Tensor { try stack(samples) }
}

extension Collatable where Self: TensorScalar {
  /// A tensor of the numbers, of their own dtype (`Int` is int64, `Double` float64).
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
  /// The strings as they are.
  public static func collate(_ samples: [String]) throws -> [String] { samples }
}

extension Array: Collatable where Element: Collatable {
  /// Batches of the first elements, of the second ones, and so on; samples must be of equal length.
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
  /// Batches by key; samples must have the keys of the first one.
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
