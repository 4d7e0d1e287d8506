public import KindlingCore

/// The breast cancer dataset: 569 biopsies with thirty measurements of cell nuclei; part of the
/// library.
///
/// A sample is `(features, target)`: a float64 tensor `[30]` (mean, standard error and worst value
/// of ten properties) and an int64 class.
///
/// Source: W. Wolberg, O. Mangasarian, N. Street and W. Street, *Breast Cancer Wisconsin
/// (Diagnostic)*, UCI Machine Learning Repository, doi:10.24432/C5DW2B (CC BY 4.0), in the form of
/// scikit-learn's `load_breast_cancer`.
/// `load_breast_cancer` has it.
public struct BreastCancer: BatchedDataset {
  /// The measurements, float64 `[569, 30]`.
  public let features: Tensor
  /// The classes, int64 `[569]`: 0 is malignant.
  public let targets: Tensor
  /// The names of the diagnoses, by class.
  public static let classNames = ["malignant", "benign"]
  /// The names of the measurements, by column.
  public static let featureNames =
    properties.map { "mean \($0)" } + properties.map { "\($0) error" }
    + properties.map { "worst \($0)" }
  private static let properties = [
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
    "concave points", "symmetry", "fractal dimension",
  ]
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// Creates the dataset, in the published order.
  public init() throws {
    let table = try EmbeddedTable(BreastCancerData.text, columns: BreastCancer.featureNames.count)
    features = table.features
    targets = try Tensor(table.targets, dtype: .int64)
    rows = try TensorDataset(features, targets)
  }

  /// The names of the diagnoses, by class.
  public var classNames: [String] { BreastCancer.classNames }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// Returns the rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
