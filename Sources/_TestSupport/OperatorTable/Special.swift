import Kindling

extension OperatorTable {
  /// Adds the operators of `special`.
  mutating func addSpecial() {
    unary("i0") { try $0.i0() }
    op("igamma") { a in try a.tensor(0).igamma(a.tensor(1)) }
    op("igammac") { a in try a.tensor(0).igammac(a.tensor(1)) }
    op("mvlgamma") { a in try a.tensor(0).mvlgamma(a.int(1, "p")) }
    op("polygamma", "special.polygamma") { a in try a.tensor(0).polygamma(a.int(1, "n")) }
    unary("special.i0e") { try Special.i0e($0) }
    unary("special.i1") { try Special.i1($0) }
    unary("special.i1e") { try Special.i1e($0) }
    unary("special.ndtr") { try Special.ndtr($0) }
    unary("special.ndtri") { try Special.ndtri($0) }
    unary("special.log_ndtr") { try Special.logNdtr($0) }
    unary("special.erfcx") { try Special.erfcx($0) }
    unary("special.entr") { try Special.entr($0) }
    unary("special.airy_ai") { try Special.airyAi($0) }
    unary("special.bessel_j0") { try Special.besselJ0($0) }
    unary("special.bessel_j1") { try Special.besselJ1($0) }
    unary("special.bessel_y0") { try Special.besselY0($0) }
    unary("special.bessel_y1") { try Special.besselY1($0) }
    unary("special.modified_bessel_i0") { try Special.modifiedBesselI0($0) }
    unary("special.modified_bessel_i1") { try Special.modifiedBesselI1($0) }
    unary("special.modified_bessel_k0") { try Special.modifiedBesselK0($0) }
    unary("special.modified_bessel_k1") { try Special.modifiedBesselK1($0) }
    unary("special.scaled_modified_bessel_k0") { try Special.scaledModifiedBesselK0($0) }
    unary("special.scaled_modified_bessel_k1") { try Special.scaledModifiedBesselK1($0) }
    unary("special.spherical_bessel_j0") { try Special.sphericalBesselJ0($0) }
    binary("special.xlog1py") {
      try Special.xlog1py($0, $1)
    } scalar: {
      try Special.xlog1py($0, $1)
    }
    binary("special.zeta") {
      try Special.zeta($0, $1)
    } scalar: {
      try Special.zeta($0, $1)
    }
    binary("special.chebyshev_polynomial_t") {
      try Special.chebyshevPolynomialT($0, $1)
    } scalar: {
      try Special.chebyshevPolynomialT($0, $1)
    }
    binary("special.chebyshev_polynomial_u") {
      try Special.chebyshevPolynomialU($0, $1)
    } scalar: {
      try Special.chebyshevPolynomialU($0, $1)
    }
    binary("special.chebyshev_polynomial_v") {
      try Special.chebyshevPolynomialV($0, $1)
    } scalar: {
      try Special.chebyshevPolynomialV($0, $1)
    }
    binary("special.chebyshev_polynomial_w") {
      try Special.chebyshevPolynomialW($0, $1)
    } scalar: {
      try Special.chebyshevPolynomialW($0, $1)
    }
    binary("special.shifted_chebyshev_polynomial_t") {
      try Special.shiftedChebyshevPolynomialT($0, $1)
    } scalar: {
      try Special.shiftedChebyshevPolynomialT($0, $1)
    }
    binary("special.shifted_chebyshev_polynomial_u") {
      try Special.shiftedChebyshevPolynomialU($0, $1)
    } scalar: {
      try Special.shiftedChebyshevPolynomialU($0, $1)
    }
    binary("special.shifted_chebyshev_polynomial_v") {
      try Special.shiftedChebyshevPolynomialV($0, $1)
    } scalar: {
      try Special.shiftedChebyshevPolynomialV($0, $1)
    }
    binary("special.shifted_chebyshev_polynomial_w") {
      try Special.shiftedChebyshevPolynomialW($0, $1)
    } scalar: {
      try Special.shiftedChebyshevPolynomialW($0, $1)
    }
    binary("special.hermite_polynomial_h") {
      try Special.hermitePolynomialH($0, $1)
    } scalar: {
      try Special.hermitePolynomialH($0, $1)
    }
    binary("special.hermite_polynomial_he") {
      try Special.hermitePolynomialHe($0, $1)
    } scalar: {
      try Special.hermitePolynomialHe($0, $1)
    }
    binary("special.laguerre_polynomial_l") {
      try Special.laguerrePolynomialL($0, $1)
    } scalar: {
      try Special.laguerrePolynomialL($0, $1)
    }
    binary("special.legendre_polynomial_p") {
      try Special.legendrePolynomialP($0, $1)
    } scalar: {
      try Special.legendrePolynomialP($0, $1)
    }
  }
}
