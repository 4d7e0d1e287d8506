public import KindlingCore

/// 442 diabetes patients, each with ten measurements and how far the disease went in a year; inside
/// the library.
///
/// For regression.
///
/// A sample is `(features, target)`: a float64 tensor `[10]` and a float64 number from 25 to 346.
///
/// Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, *Least Angle Regression*, Annals of
/// Statistics 32 (2004), as scikit-learn's `load_diabetes` has it.
public struct Diabetes: BatchedDataset {
  /// The measurements, float64 `[442, 10]`.
  public let features: Tensor
  /// How far the disease went, float64 `[442]`.
  public let targets: Tensor
  /// What is measured, by column; `s1` to `s6` are blood serum measurements.
  public static let featureNames = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// All patients.
  ///
  /// Where `scaled` each column is centred and scaled so that its squares add up to 1, as
  /// scikit-learn does unless told otherwise; else values are years, kg/m² and so on.
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

  /// How many samples there are.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// The rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
