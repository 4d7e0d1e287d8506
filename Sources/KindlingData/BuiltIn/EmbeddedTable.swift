import KindlingCore

/// A table that is kept inside the library as text: the features of a sample and its target, one
/// sample after another.
struct EmbeddedTable {
  let features: Tensor
  let targets: [Double]

  /// The table of `columns` features a sample.
  init(_ text: StaticString, columns: Int) throws {
    let numbers = text.description.split(whereSeparator: { $0 == " " || $0 == "\n" })
      .compactMap { Double($0) }
    let rows = try Tensor(numbers, dtype: .float64).reshape([-1, columns + 1])
    features = try rows.slice(1, 0, columns).contiguous()
    targets = try rows.select(1, columns).toArray(as: Double.self)
  }
}
