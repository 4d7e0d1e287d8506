import Kindling
import Testing
import _TestExpectations

@Suite struct BuiltInTests {
  @Test func iris() throws {
    let iris = try Iris()
    #expect(iris.features.shape == [150, 4] && iris.features.dtype == .float64)
    #expect(iris.targets.shape == [150] && iris.targets.dtype == .int64)
    #expect(iris.classNames == ["setosa", "versicolor", "virginica"])
    // Sums of the published table's columns.
    let sums = try iris.features.sum(dims: [0]).toArray(as: Double.self)
    expectClose(sums, [876.5, 458.6, 563.7, 179.9], atol: 1e-9)
    let counts = try (0..<3).map { c in try iris.targets.toArray(as: Int.self).count { $0 == c } }
    #expect(counts == [50, 50, 50])
    let (x, y) = try iris[149]
    #expect(try x.toArray(as: Double.self) == [5.9, 3.0, 5.1, 1.8])
    #expect(try y.item() == 2)
  }

  @Test func digits() throws {
    let digits = try Digits()
    #expect(digits.features.shape == [1797, 64] && digits.features.dtype == .float32)
    #expect(try digits.images.shape == [1797, 8, 8])
    #expect(digits.classNames.count == 10)
    #expect(try digits.features.sum().item() == 561_718)
    let counts = try (0..<10).map { c in try digits.targets.toArray(as: Int.self).count { $0 == c }
    }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect(try digits[0].0.toArray(as: Int.self).prefix(8) == [0, 0, 5, 13, 9, 1, 0, 0])
    let (x, y) = try DataLoader(digits, batchSize: 64, shuffle: true).first()
    #expect(x.shape == [64, 64] && y.shape == [64])
  }

  /// Sums, counts and single numbers as scikit-learn has them.
  @Test func tables() throws {
    let wine = try Wine(), cancer = try BreastCancer()
    let (scaled, plain) = (try Diabetes(), try Diabetes(scaled: false))
    let cases: [(Tensor, Tensor, [Int], Double, Double)] = [
      (wine.features, wine.targets, [178, 13], 159975.295999, 167),
      (cancer.features, cancer.targets, [569, 30], 1056474.4596356, 357),
      (plain.features, plain.targets, [442, 10], 276404.2336, 67243),
    ]
    for (features, targets, shape, sum, targetSum) in cases {
      #expect(features.shape == shape && targets.shape == [shape[0]])
      #expect(features.dtype == .float64)
      #expect(try (features.sum().item() - sum).magnitude < 1e-6 * sum)
      #expect(try targets.double().sum().item() == targetSum)
    }
    #expect(wine.targets.dtype == .int64 && plain.targets.dtype == .float64)
    #expect(Wine.featureNames.count == 13 && BreastCancer.featureNames.count == 30)
    #expect(BreastCancer.featureNames[27] == "worst concave points")
    try expectClose(
      scaled[441].0,
      [
        -0.045472477940023646, -0.044641636506989144, -0.07303030271641665, -0.08141314376144114,
        0.08374011738825825, 0.027808929520208008, 0.17381578478910462,
        -0.03949338287409329, -0.00422151393810765, 0.0030644094143684884,
      ], rtol: 1e-12, atol: 1e-15)
    #expect(try wine[177].0[12].item() == 560 && cancer[0].1.item() == 0)
  }
}
