import CKernels

/// Orthogonal polynomials of `x`, with the degree of each element in the second argument.
///
/// Fractional degrees are truncated. A negative degree gives 0. As in PyTorch, they are not
/// differentiable and have no 16-bit forms.
extension Special {
  /// Computes the Chebyshev polynomial of the first kind
  /// (PyTorch: `torch.special.chebyshev_polynomial_t`).
  public static func chebyshevPolynomialT(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("chebyshev_polynomial_t", .chebyshevT, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func chebyshevPolynomialT<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("chebyshev_polynomial_t", .chebyshevT, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the second kind
  /// (PyTorch: `torch.special.chebyshev_polynomial_u`).
  public static func chebyshevPolynomialU(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("chebyshev_polynomial_u", .chebyshevU, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func chebyshevPolynomialU<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("chebyshev_polynomial_u", .chebyshevU, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the third kind
  /// (PyTorch: `torch.special.chebyshev_polynomial_v`).
  public static func chebyshevPolynomialV(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("chebyshev_polynomial_v", .chebyshevV, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func chebyshevPolynomialV<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("chebyshev_polynomial_v", .chebyshevV, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the fourth kind
  /// (PyTorch: `torch.special.chebyshev_polynomial_w`).
  public static func chebyshevPolynomialW(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("chebyshev_polynomial_w", .chebyshevW, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func chebyshevPolynomialW<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("chebyshev_polynomial_w", .chebyshevW, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the first kind at `2x − 1`
  /// (PyTorch: `torch.special.shifted_chebyshev_polynomial_t`).
  public static func shiftedChebyshevPolynomialT(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("shifted_chebyshev_polynomial_t", .shiftedChebyshevT, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func shiftedChebyshevPolynomialT<S: TensorScalar>(_ x: Tensor, _ n: S) throws
    -> Tensor
  {
    try polynomial("shifted_chebyshev_polynomial_t", .shiftedChebyshevT, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the second kind at `2x − 1`
  /// (PyTorch: `torch.special.shifted_chebyshev_polynomial_u`).
  public static func shiftedChebyshevPolynomialU(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("shifted_chebyshev_polynomial_u", .shiftedChebyshevU, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func shiftedChebyshevPolynomialU<S: TensorScalar>(_ x: Tensor, _ n: S) throws
    -> Tensor
  {
    try polynomial("shifted_chebyshev_polynomial_u", .shiftedChebyshevU, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the third kind at `2x − 1`
  /// (PyTorch: `torch.special.shifted_chebyshev_polynomial_v`).
  public static func shiftedChebyshevPolynomialV(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("shifted_chebyshev_polynomial_v", .shiftedChebyshevV, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func shiftedChebyshevPolynomialV<S: TensorScalar>(_ x: Tensor, _ n: S) throws
    -> Tensor
  {
    try polynomial("shifted_chebyshev_polynomial_v", .shiftedChebyshevV, x, .wrapped(n, like: x))
  }
  /// Computes the Chebyshev polynomial of the fourth kind at `2x − 1`
  /// (PyTorch: `torch.special.shifted_chebyshev_polynomial_w`).
  public static func shiftedChebyshevPolynomialW(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("shifted_chebyshev_polynomial_w", .shiftedChebyshevW, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func shiftedChebyshevPolynomialW<S: TensorScalar>(_ x: Tensor, _ n: S) throws
    -> Tensor
  {
    try polynomial("shifted_chebyshev_polynomial_w", .shiftedChebyshevW, x, .wrapped(n, like: x))
  }
  /// Computes the physicist's Hermite polynomial; NaN above degree 512
  /// (PyTorch: `torch.special.hermite_polynomial_h`).
  public static func hermitePolynomialH(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("hermite_polynomial_h", .hermiteH, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func hermitePolynomialH<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("hermite_polynomial_h", .hermiteH, x, .wrapped(n, like: x))
  }
  /// Computes the probabilist's Hermite polynomial; NaN above degree 512
  /// (PyTorch: `torch.special.hermite_polynomial_he`).
  public static func hermitePolynomialHe(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("hermite_polynomial_he", .hermiteHe, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func hermitePolynomialHe<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("hermite_polynomial_he", .hermiteHe, x, .wrapped(n, like: x))
  }
  /// Computes the Laguerre polynomial; NaN above degree 2²⁴
  /// (PyTorch: `torch.special.laguerre_polynomial_l`).
  public static func laguerrePolynomialL(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("laguerre_polynomial_l", .laguerreL, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func laguerrePolynomialL<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("laguerre_polynomial_l", .laguerreL, x, .wrapped(n, like: x))
  }
  /// Computes the Legendre polynomial (PyTorch: `torch.special.legendre_polynomial_p`).
  public static func legendrePolynomialP(_ x: Tensor, _ n: Tensor) throws -> Tensor {
    try polynomial("legendre_polynomial_p", .legendreP, x, n)
  }
  /// Computes the polynomial of a single degree.
  public static func legendrePolynomialP<S: TensorScalar>(_ x: Tensor, _ n: S) throws -> Tensor {
    try polynomial("legendre_polynomial_p", .legendreP, x, .wrapped(n, like: x))
  }

  private static func polynomial(
    _ name: String, _ kernel: BinaryOp, _ x: Tensor, _ n: Tensor
  ) throws -> Tensor {
    try Tensor.precise(BinaryRule(name, kernel, integers: .toFloat), x, n)
  }
}
