public import KindlingCore

/// The diabetes dataset: 442 patients with ten measurements, for regression; part of the library.
///
/// The target is the progression of the disease after a year. A sample is `(features, target)`: a
/// float64 tensor `[10]` and a float64 number from 25 to 346.
///
/// Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, *Least Angle Regression*, Annals of
/// Statistics 32 (2004), in the form of scikit-learn's `load_diabetes`.
public struct Diabetes: BatchedDataset {
  /// The measurements, float64 `[442, 10]`.
  public let features: Tensor
  /// The progression of the disease, float64 `[442]`.
  public let targets: Tensor
  /// The names of the measurements, by column; `s1` to `s6` are blood serum measurements.
  public static let featureNames = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// Creates the dataset.
  ///
  /// If `scaled` is true, each column is centred and scaled to a sum of squares of 1, which is
  /// scikit-learn's default. Otherwise the values are in years, kg/m² and so on.
  public init(scaled: Bool = true) throws {
    let table = try EmbeddedTable(DiabetesData.text, columns: Diabetes.featureNames.count)
    if scaled {
      let centred = try table.features.sub(table.features.mean(dims: [0]))
      features = try centred.div(centred.mul(centred).sum(dims: [0]).sqrt())
    } else {
      features = table.features
    }
    targets = try Tensor(table.targets, dtype: .float64)
    rows = try TensorDataset(features, targets)
  }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// Returns the rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
