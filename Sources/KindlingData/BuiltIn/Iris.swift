public import KindlingCore

/// The iris dataset: 150 flowers of three species with four measurements; part of the library.
///
/// A sample is `(features, target)`: a float64 tensor `[4]` in centimetres (sepal length and width,
/// petal length and width) and an int64 class.
///
/// Source: R. A. Fisher, *The use of multiple measurements in taxonomic problems*, 1936.
public struct Iris: BatchedDataset {
  /// The measurements, float64 `[150, 4]`.
  public let features: Tensor
  /// The classes, int64 `[150]`.
  public let targets: Tensor
  /// The names of the species, by class.
  public static let classNames = ["setosa", "versicolor", "virginica"]
  /// The names of the measurements, by column.
  public static let featureNames = [
    "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
  ]
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// Creates the dataset in the usual order, setosa first.
  public init() throws {
    var numbers: [Double] = [], classes: [Int] = []
    for flower in IrisData.text.description.split(whereSeparator: { $0 == "," || $0 == "\n" }) {
      let fields = flower.split(separator: " ")
      numbers += fields.dropLast().compactMap { Double($0) }
      classes += fields.suffix(1).compactMap { Int($0) }
    }
    features = try Tensor(numbers, dtype: .float64).reshape([classes.count, 4])
    targets = Tensor(classes)
    rows = try TensorDataset(features, targets)
  }

  /// The names of the species, by class.
  public var classNames: [String] { Iris.classNames }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// Returns the rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
