import Kindling
import Testing

@Suite struct BuiltInTests {
  @Test func iris() throws {
    let iris = try Iris()
    #expect(iris.features.shape == [150, 4] && iris.features.dtype == .float64)
    #expect(iris.targets.shape == [150] && iris.targets.dtype == .int64)
    #expect(iris.classNames == ["setosa", "versicolor", "virginica"])
    // Sums of the published table's columns.
    let sums = try iris.features.sum(dims: [0]).toArray(as: Double.self)
    for (sum, known) in zip(sums, [876.5, 458.6, 563.7, 179.9]) { #expect((sum - known).magnitude < 1e-9) }
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
    let counts = try (0..<10).map { c in try digits.targets.toArray(as: Int.self).count { $0 == c } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect(try digits[0].0.toArray(as: Int.self).prefix(8) == [0, 0, 5, 13, 9, 1, 0, 0])
    let (x, y) = try DataLoader(digits, batchSize: 64, shuffle: true).first()
    #expect(x.shape == [64, 64] && y.shape == [64])
  }
}
