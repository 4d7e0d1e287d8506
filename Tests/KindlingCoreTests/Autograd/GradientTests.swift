import Kindling
import Testing
import _TestExpectations

/// Every gradient against differences in float64, for each layout of the inputs.
@Suite struct GradientTests {
  @Test(arguments: gradientCases)
  func agreesWithDifferences(test: GradientCase) throws { try test.check() }

  @Test func aWrongGradientIsFound() throws {
    let x = try Tensor([1.0, 2.0], dtype: .float64).requiresGrad_()
    expectRefusal("gradcheck: Jacobian mismatch for output 0 (element 0)…") {
      try gradcheck({ try $0[0].detach() * $0[0] }, [x])
    }
    let single = try Tensor([1.0], dtype: .float32).requiresGrad_()
    expectRefusal("gradcheck: …need float64") { try gradcheck({ $0[0] }, [single]) }
  }
}

private let gradientCases: [GradientCase] =
  arithmeticCases + unaryCases + selectionCases + reductionCases + matrixCases

private let arithmeticCases = [
  GradientCase("add", [2, 3], [3]) { try $0[0].add($0[1], alpha: 3) },
  GradientCase("sub", [2, 3], [2, 1]) { try $0[0].sub($0[1], alpha: 2) },
  GradientCase("rsub") { try 2 - $0[0] },
  GradientCase("rsub tensor", [2, 3], [3]) { try $0[0].rsub($0[1], alpha: 2) },
  GradientCase("mul", [2, 3], [3]) { try $0[0] * $0[1] },
  GradientCase("mul number") { try $0[0] * 3 },
  GradientCase("div", [2, 3], [3], in: 0.5...2) { try $0[0] / $0[1] },
  GradientCase("number / x", in: 0.5...2) { try 2 / $0[0] },
  GradientCase("div floor", [2, 3], [3], in: 1.1...1.4) { try $0[0].div($0[1], rounding: .floor) },
  GradientCase("div trunc", [2, 3], [3], in: 1.1...1.4) { try $0[0].div($0[1], rounding: .trunc) },
  GradientCase("remainder", [2, 3], in: 0.1...0.9) { try $0[0] % 1 },
  GradientCase("remainder tensor", [3], [3], in: 1.2...1.9, hasTies: true, twice: false) {
    try ($0[0] * 2) % $0[1]
  },
  GradientCase("fmod", [2, 3], in: 0.1...0.9) { try $0[0].fmod(1) },
  GradientCase("neg") { try -$0[0] },
  GradientCase("pow 3") { try $0[0].pow(3) },
  GradientCase("pow 2") { try $0[0].square() },
  GradientCase("pow 0") { try $0[0].pow(0) },
  GradientCase("pow half", in: 0.5...2) { try $0[0].pow(0.5) },
  GradientCase("pow fraction", in: 0.5...2) { try $0[0].pow(-1.7) },
  GradientCase("pow tensor", [2, 3], [3], in: 0.5...2) { try $0[0].pow($0[1]) },
  GradientCase("number to x") { try Tensor.pow(2.5, $0[0]) },
  GradientCase("floatPower", in: 0.5...2) { try $0[0].floatPower(1.5) },
  GradientCase("ldexp", [2, 3], [3]) { try $0[0].ldexp($0[1]) },
  GradientCase("addcmul", [2, 3], [3], [2, 1]) { try $0[0].addcmul($0[1], $0[2], value: 2) },
  GradientCase("addcdiv", [2, 3], [3], [2, 1], in: 0.5...2) {
    try $0[0].addcdiv($0[1], $0[2], value: 2)
  },
  GradientCase("lerp", [2, 3], [3]) { try $0[0].lerp($0[1], weight: 0.3) },
  GradientCase("lerp tensor", [2, 3], [3], [2, 3]) { try $0[0].lerp($0[1], weight: $0[2]) },
  GradientCase("atan2", [2, 3], [3], in: 0.5...2) { try $0[0].atan2($0[1]) },
  GradientCase("hypot", [2, 3], [3], in: 0.5...2) { try $0[0].hypot($0[1]) },
  GradientCase("logaddexp", [2, 3], [3]) { try $0[0].logaddexp($0[1]) },
  GradientCase("logaddexp2", [2, 3], [3]) { try $0[0].logaddexp2($0[1]) },
  GradientCase("xlogy", [2, 3], [3], in: 0.5...2) { try $0[0].xlogy($0[1]) },
  GradientCase("copysign", [2, 3], [3]) { try $0[0].copysign($0[1]) },
]

private let unaryCases = [
  GradientCase("abs") { try $0[0].abs() },
  GradientCase("sign") { try $0[0].sign() },
  GradientCase("exp") { try $0[0].exp() },
  GradientCase("exp2") { try $0[0].exp2() },
  GradientCase("expm1") { try $0[0].expm1() },
  GradientCase("log", in: 0.5...2) { try $0[0].log() },
  GradientCase("log2", in: 0.5...2) { try $0[0].log2() },
  GradientCase("log10", in: 0.5...2) { try $0[0].log10() },
  GradientCase("log1p", in: 0.5...2) { try $0[0].log1p() },
  GradientCase("sqrt", in: 0.5...2) { try $0[0].sqrt() },
  GradientCase("rsqrt", in: 0.5...2) { try $0[0].rsqrt() },
  GradientCase("reciprocal", in: 0.5...2) { try $0[0].reciprocal() },
  GradientCase("sin") { try $0[0].sin() },
  GradientCase("cos") { try $0[0].cos() },
  GradientCase("tan", in: -1...1) { try $0[0].tan() },
  GradientCase("asin", in: -0.8...0.8) { try $0[0].asin() },
  GradientCase("acos", in: -0.8...0.8) { try $0[0].acos() },
  GradientCase("atan") { try $0[0].atan() },
  GradientCase("sinh") { try $0[0].sinh() },
  GradientCase("cosh") { try $0[0].cosh() },
  GradientCase("tanh") { try $0[0].tanh() },
  GradientCase("asinh") { try $0[0].asinh() },
  GradientCase("acosh", in: 1.5...3) { try $0[0].acosh() },
  GradientCase("atanh", in: -0.8...0.8) { try $0[0].atanh() },
  GradientCase("sigmoid") { try $0[0].sigmoid() },
  GradientCase("relu") { try $0[0].relu() },
  GradientCase("erf") { try $0[0].erf() },
  GradientCase("erfc") { try $0[0].erfc() },
  GradientCase("erfinv", in: -0.8...0.8) { try $0[0].erfinv() },
  GradientCase("lgamma", in: 0.5...3, twice: false) { try $0[0].lgamma() },
  GradientCase("logit", in: 0.1...0.9) { try $0[0].logit() },
  GradientCase("logit eps", in: 0.2...0.8) { try $0[0].logit(eps: 0.1) },
  GradientCase("sinc", in: 0.2...2) { try $0[0].sinc() },
  GradientCase("deg2rad") { try $0[0].deg2rad() },
  GradientCase("rad2deg") { try $0[0].rad2deg() },
  GradientCase("floor", in: 0.1...0.9) { try $0[0].floor() },
  GradientCase("round", in: 0.6...0.9) { try $0[0].round() },
  GradientCase("frac", in: 0.1...0.9) { try $0[0].frac() },
  GradientCase("nanToNum") { try $0[0].nanToNum() },
  GradientCase("frexp", in: 0.6...0.9) { try $0[0].frexp().mantissa },
  GradientCase("exp of a number", []) { try $0[0].exp() },
]

private let selectionCases = [
  GradientCase("clamp") { try $0[0].clamp(min: -1, max: 0.5) },
  GradientCase("clamp min") { try $0[0].clamp(min: 0.25) },
  GradientCase("clamp max") { try $0[0].clamp(max: 0.25) },
  GradientCase("clamp tensors", [2, 3], [3], [2, 1], hasTies: true) {
    try $0[0].clamp(min: $0[1], max: $0[2])
  },
  GradientCase("maximum", [2, 3], [3], hasTies: true) { try $0[0].maximum($0[1]) },
  GradientCase("minimum", [2, 3], [3], hasTies: true) { try $0[0].minimum($0[1]) },
  GradientCase("fmax", [2, 3], [3], hasTies: true) { try $0[0].fmax($0[1]) },
  GradientCase("fmin", [2, 3], [3], hasTies: true) { try $0[0].fmin($0[1]) },
  GradientCase("where", [2, 3], [3]) { try Tensor.where($0[0].detach().gt(0), $0[0], $0[1]) },
]

private let reductionCases = [
  GradientCase("sum") { try $0[0].sum() },
  GradientCase("sum dim") { try $0[0].sum(dim: 1) },
  GradientCase("sum keepdim") { try $0[0].sum(dims: [0, -1], keepdim: true) },
  GradientCase("sumToSize") { try $0[0].sumToSize([1, 3]) },
  GradientCase("nansum") { try $0[0].nansum(dims: [0]) },
  GradientCase("mean") { try $0[0].mean() },
  GradientCase("mean dim") { try $0[0].mean(dim: -1, keepdim: true) },
  GradientCase("nanmean") { try $0[0].nanmean(dims: [1]) },
  GradientCase("prod") { try $0[0].prod() },
  GradientCase("prod dim") { try $0[0].prod(dim: 1) },
  GradientCase("prod of zeros", [2, 3]) {
    try ($0[0] * Tensor([1.0, 0.0, 1.0], dtype: .float64)).prod(dim: 1)
  },
  GradientCase("max", hasTies: true) { try $0[0].max() },
  GradientCase("min", hasTies: true) { try $0[0].min() },
  GradientCase("max dim", hasTies: true) { try $0[0].max(dim: 1).values },
  GradientCase("min dim", hasTies: true) { try $0[0].min(dim: 0, keepdim: true).values },
  GradientCase("amax", hasTies: true) { try $0[0].amax(dims: [0]) },
  GradientCase("amin", hasTies: true) { try $0[0].amin(dims: [0, 1], keepdim: true) },
  GradientCase("aminmax", hasTies: true) { try $0[0].aminmax(dim: 0).max },
  GradientCase("var") { try $0[0].var() },
  GradientCase("var dim") { try $0[0].var(dim: 1, correction: 0, keepdim: true) },
  GradientCase("std", hasTies: true) { try $0[0].std() },
  GradientCase("std dim", hasTies: true) { try $0[0].std(dim: 1) },
  GradientCase("varMean") {
    let (variance, mean) = try $0[0].varMean(dims: [1])
    return try variance * mean
  },
  GradientCase("stdMean", hasTies: true) {
    let (deviation, mean) = try $0[0].stdMean(dims: [1])
    return try deviation * mean
  },
  GradientCase("logsumexp") { try $0[0].logsumexp(dim: 1) },
  GradientCase("softmax") { try $0[0].softmax(dim: 1) },
  GradientCase("logSoftmax") { try $0[0].logSoftmax(dim: 0) },
  GradientCase("norm") { try $0[0].norm() },
  GradientCase("norm 1") { try $0[0].norm(p: 1, dim: 0) },
  GradientCase("norm 3") { try $0[0].norm(p: 3, dim: 1) },
  GradientCase("norm 1.5") { try $0[0].norm(p: 1.5, dim: 1) },
  GradientCase("norm inf", hasTies: true) { try $0[0].norm(p: .infinity, dim: 1) },
  GradientCase("norm 0") { try $0[0].norm(p: 0) },
  GradientCase("dist", [2, 3], [3]) { try $0[0].dist($0[1], p: 2) },
  GradientCase("renorm") { try $0[0].renorm(p: 2, dim: 0, maxnorm: 1) },
  GradientCase("cumsum") { try $0[0].cumsum(dim: 1) },
  GradientCase("cumprod") { try $0[0].cumprod(dim: 1) },
  GradientCase("cumprod of zeros") {
    try ($0[0] * Tensor([1.0, 0.0, 1.0], dtype: .float64)).cumprod(dim: 1)
  },
  GradientCase("logcumsumexp", twice: false) { try $0[0].logcumsumexp(dim: 1) },
  GradientCase("cummax", hasTies: true) { try $0[0].cummax(dim: 1).values },
  GradientCase("cummin", hasTies: true) { try $0[0].cummin(dim: 0).values },
  GradientCase("median", hasTies: true) { try $0[0].median() },
  GradientCase("median dim", hasTies: true) { try $0[0].median(dim: 1).values },
  GradientCase("quantile", hasTies: true) { try $0[0].quantile(0.4, dim: 1) },
  GradientCase("diff") { try $0[0].diff() },
  GradientCase("gradient", [3, 3]) { try $0[0].gradient(spacing: [0.5], edgeOrder: 2)[0] },
  GradientCase("trapezoid", [2, 3], [3]) { try $0[0].trapezoid(x: $0[1]) },
  GradientCase("cov") { try $0[0].cov() },
  GradientCase("corrcoef", [2, 3], hasTies: true, twice: false) { try $0[0].corrcoef() },
  GradientCase("segmentReduce", [4, 2], hasTies: true) {
    try $0[0].segmentReduce(.max, lengths: Tensor([1, 3]))
  },
]

private let matrixCases = [
  GradientCase("mm", [2, 3], [3, 4]) { try $0[0].mm($0[1]) },
  GradientCase("bmm", [2, 2, 3], [2, 3, 2]) { try $0[0].bmm($0[1]) },
  GradientCase("mv", [2, 3], [3]) { try $0[0].mv($0[1]) },
  GradientCase("dot", [3], [3]) { try $0[0].dot($0[1]) },
  GradientCase("outer", [3], [2]) { try $0[0].outer($0[1]) },
  GradientCase("addmm", [4], [2, 3], [3, 4]) { try $0[0].addmm($0[1], $0[2], beta: 2, alpha: 0.5) },
  GradientCase("addmv", [2], [2, 3], [3]) { try $0[0].addmv($0[1], $0[2], beta: 2, alpha: 0.5) },
  GradientCase("addr", [2, 3], [2], [3]) { try $0[0].addr($0[1], $0[2], beta: 2, alpha: 0.5) },
  GradientCase("baddbmm", [2, 2], [2, 2, 3], [2, 3, 2]) {
    try $0[0].baddbmm($0[1], $0[2], beta: 2, alpha: 0.5)
  },
  GradientCase("addbmm", [2, 2], [2, 2, 3], [2, 3, 2]) {
    try $0[0].addbmm($0[1], $0[2], beta: 2, alpha: 0.5)
  },
  GradientCase("matmul 1·2", [3], [3, 2]) { try $0[0].matmul($0[1]) },
  GradientCase("matmul 1·3", [3], [2, 3, 2]) { try $0[0].matmul($0[1]) },
  GradientCase("matmul 2·3", [2, 3], [2, 3, 2]) { try $0[0].matmul($0[1]) },
  GradientCase("matmul 3·1", [2, 2, 3], [3]) { try $0[0].matmul($0[1]) },
  GradientCase("matmul 3·2", [2, 2, 3], [3, 2]) { try $0[0].matmul($0[1]) },
  GradientCase("matmul broadcast", [2, 1, 2, 3], [2, 3, 2]) { try $0[0].matmul($0[1]) },
  GradientCase("inner", [2, 3], [2, 3]) { try $0[0].inner($0[1]) },
  GradientCase("tensordot", [2, 3], [3, 2]) { try $0[0].tensordot($0[1], dims: [0, 1], [1, 0]) },
  GradientCase("kron", [2, 2], [2]) { try $0[0].kron($0[1]) },
  GradientCase("trace", [3, 3]) { try $0[0].trace() },
  GradientCase("cross", [2, 3], [2, 3]) { try $0[0].cross($0[1]) },
  GradientCase("cdist", [2, 3], [2, 3], hasTies: true) { try $0[0].cdist($0[1]) },
  GradientCase("einsum", [2, 3], [3, 2], [2]) { try Tensor.einsum("ij,jk,k->ik", $0) },
  GradientCase("einsum diagonal", [2, 2], [2]) { try Tensor.einsum("ii,i", $0) },
]
