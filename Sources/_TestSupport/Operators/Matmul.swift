import Kindling

extension OperatorTable {
  /// `matmul_and_linalg_basic`, `linalg` and `fft`.
  mutating func addMatmul() {
    op("mm") { a in try a.tensor(0).mm(a.tensor(1, "mat2")) }
  }
}
