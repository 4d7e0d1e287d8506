import Kindling

extension OperatorTable {
  /// The suites `nn_…`.
  mutating func addNN() {
  }
}
