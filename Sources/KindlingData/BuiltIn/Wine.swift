public import KindlingCore

/// The wine dataset: 178 Italian wines of three growers with thirteen chemical measurements; part
/// of the library.
///
/// A sample is `(features, target)`: a float64 tensor `[13]` and an int64 class. The features
/// differ widely in scale (proline reaches 1680, hue 1.7), so standardize them before training.
///
/// Source: S. Aeberhard and M. Forina, *Wine*, UCI Machine Learning Repository, doi:10.24432/C5PC7J
/// (CC BY 4.0), in the form of scikit-learn's `load_wine`.
public struct Wine: BatchedDataset {
  /// The measurements, float64 `[178, 13]`.
  public let features: Tensor
  /// The classes, int64 `[178]`.
  public let targets: Tensor
  /// The names of the growers, by class.
  public static let classNames = ["class_0", "class_1", "class_2"]
  /// The names of the measurements, by column.
  public static let featureNames = [
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
    "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
    "od280/od315_of_diluted_wines", "proline",
  ]
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// Creates the dataset, ordered by class.
  public init() throws {
    let table = try EmbeddedTable(WineData.text, columns: Wine.featureNames.count)
    features = table.features
    targets = try Tensor(table.targets, dtype: .int64)
    rows = try TensorDataset(features, targets)
  }

  /// The names of the growers, by class.
  public var classNames: [String] { Wine.classNames }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// Returns the rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
