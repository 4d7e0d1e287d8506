import Kindling

extension OperatorTable {
  /// `indexing_and_scatter`.
  mutating func addIndexing() {
  }
}
