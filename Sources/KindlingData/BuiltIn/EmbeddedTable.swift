import KindlingCore

/// A table stored in the library as text: the features and the target of each sample, one sample
/// after another.
struct EmbeddedTable {
  let features: Tensor
  let targets: [Double]

  /// Creates a table with `columns` features per sample.
  init(_ text: StaticString, columns: Int) throws {
    let numbers = text.description.split(whereSeparator: { $0 == " " || $0 == "\n" })
      .compactMap { Double($0) }
    let rows = try Tensor(numbers, dtype: .float64).reshape([-1, columns + 1])
    features = try rows.slice(1, 0, columns).contiguous()
    targets = try rows.select(1, columns).toArray(as: Double.self)
  }
}
