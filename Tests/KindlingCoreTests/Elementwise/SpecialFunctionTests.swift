import Kindling
import Testing
import _TestExpectations

/// A function, a point and its value there, to 40 digits by mpmath.
struct SpecialValue: Sendable, CustomTestStringConvertible {
  let name: String
  let x, value: Double
  let function: @Sendable (Tensor) throws -> Tensor
  var testDescription: String { "\(name) at \(x)" }

  init(
    _ name: String, _ x: Double, _ value: Double,
    _ function: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    (self.name, self.x, self.value, self.function) = (name, x, value, function)
  }
}

/// The special functions, on both sides of where their methods change.
@Suite struct SpecialFunctionTests {
  @Test(arguments: specialValues)
  func isExact(test: SpecialValue) throws {
    let y = try test.function(Tensor(test.x, dtype: .float64)).item()
    // Phases and powers of large numbers lose digits before any method starts.
    expectClose(y, test.value, atol: 2e-13 * abs(test.value) + 1e-300)
  }

  @Test(arguments: specialGradients)
  func gradients(test: GradientCase) throws { try test.check() }

  @Test func edges() throws {
    let nan = Double.nan, inf = Double.infinity
    func values(_ xs: [Double], _ f: (Tensor) throws -> Tensor) throws -> [String] {
      try f(Tensor(xs, dtype: .float64)).toArray(as: Double.self).map { "\($0)" }
    }
    #expect(
      try values([0, 1, -1, 2, nan]) { try Special.ndtri($0) } == [
        "-inf", "inf", "nan", "nan", "nan",
      ])
    #expect(
      try values([0, -1, inf, nan]) { try Special.entr($0) } == ["0.0", "-inf", "-inf", "nan"])
    #expect(
      try values([0, -1, inf]) { try Special.modifiedBesselK0($0) } == ["inf", "nan", "0.0"])
    #expect(try values([inf, nan]) { try Special.besselJ0($0) } == ["nan", "nan"])
    #expect(try values([0, -1]) { try Special.besselY1($0) } == ["-inf", "nan"])
    #expect(try values([-30, inf]) { try Special.erfcx($0) } == ["inf", "0.0"])
    #expect(
      try values([0, -2, -0.5, inf]) { try Special.zeta($0 * 0 + 2.5, $0) } == [
        "inf", "inf", "nan", "nan",
      ])
    #expect(
      try values([-1, -0.5, 1.9, nan]) { try Special.legendrePolynomialP($0 * 0 + 0.5, $0) } == [
        "0.0", "1.0", "0.5", "0.0",
      ])
    #expect(try values([600]) { try Special.hermitePolynomialH($0 * 0, $0) } == ["nan"])
    #expect(
      try values([0, inf]) { try Tensor(2.0, dtype: .float64).igamma($0) } == ["0.0", "1.0"])
  }

  #if canImport(Glibc)
    /// In float32 with the last bit of PyTorch's results, which a remainder by them shows.
    @Test func lastBits() throws {
      let x = Tensor([-30.0, -8.5, -3.7, -0.3, 0.01, 0.7, 1.9, 4.44, 7.99, 8.01, 21.5, 77])
      let table: [((Tensor) throws -> Tensor, [Float])] = [
        (
          { try $0.sinc() },
          [
            2.53053845e-09, 0.03744822, -0.0695994347, 0.858393669, 0.999835551, 0.367883027,
            -0.0517700762, 0.070421569, -0.00125133118, 0.00124826247, -0.0148051111,
            2.72598077e-09,
          ]
        ),
        (
          { try $0.i0() },
          [
            7.81672186e+11, 683.161987, 8.73861885, 1.02262688, 1.00002503, 1.12630308, 2.12774014,
            16.5826683, 423.584167, 431.581818, 188195376, 1.25617306e+32,
          ]
        ),
        (
          Special.i0e,
          [
            0.0731459409, 0.139001846, 0.216049463, 0.757580578, 0.990074575, 0.559305549,
            0.318243146, 0.195608124, 0.143524781, 0.143338963, 0.0865520909, 0.0455380417,
          ]
        ),
        (
          Special.i1,
          [
            -7.68532021e+11, -641.619934, -7.43574619, -0.151693866, 0.00500006182, 0.371879667,
            1.44824421, 14.5685558, 396.115295, 403.667023, 183765296, 1.24798931e+32,
          ]
        ),
        (
          Special.i1e,
          [
            -0.0719163269, -0.130549356, -0.183837846, -0.112377569, 0.00495031057, 0.184669986,
            0.216611892, 0.171849772, 0.134217396, 0.134067774, 0.0845146701, 0.0452413708,
          ]
        ),
      ]
      for (i, (function, values)) in table.enumerated() {
        #expect(try function(x).toArray(as: Float.self) == values, "function \(i)")
      }
    }
  #endif

  /// Degrees and orders that no loop would finish.
  @Test func hugeArguments() throws {
    let x = try Tensor([0.25, -0.25, 3], dtype: .float64)
    let degree = try Tensor([1e18, 1e18 - 1, 1e300], dtype: .float64)
    let legendre = try Special.legendrePolynomialP(x, degree).toArray(as: Double.self)
    #expect(abs(legendre[0]) < 1e-8 && abs(legendre[1]) < 1e-8 && legendre[2] == 0)
    _ = try Special.chebyshevPolynomialT(x, degree)
    #expect(try Special.laguerrePolynomialL(x, degree)[0].item().isNaN)
    #expect(
      try Special.zeta(Tensor(2.0, dtype: .float64), Tensor([-1e15 - 0.5], dtype: .float64))[0]
        .item() > 9.8)
    _ = try x.polygamma(.max)
    let far = try Tensor([1e300, -1e300, 1e308], dtype: .float64)
    #expect(try Special.airyAi(far)[0].item() == 0)
    #expect(try Special.scaledModifiedBesselK0(far)[0].item() > 0)
    let q = try Tensor([1e9], dtype: .float64).igammac(Tensor([1e9], dtype: .float64)).item()
    expectClose(q, 0.4999957947, atol: 1e-8)
  }

  @Test func refusals() throws {
    let x = Tensor([1.5, 2.5])
    let half = try x.to(.float16)
    expectRefusal("polygamma: polygamma(n, x) does not support negative n…") { try x.polygamma(-1) }
    expectRefusal("mvlgamma: p has to be greater than or equal to 1…") { try x.mvlgamma(0) }
    expectRefusal("…The input tensor may not be a boolean tensor…") { try x.gt(0).mvlgamma(2) }
    expectRefusal("…\"airy_ai_cpu\" not implemented for 'Half'…") { try Special.airyAi(half) }
    expectRefusal("zeta: \"zeta_cpu\" not implemented for 'Half'…") { try Special.zeta(half, 2) }
    expectRefusal("…\"legendre_polynomial_p_cpu\" not implemented for 'Half'…") {
      try Special.legendrePolynomialP(half, 2)
    }
    expectRefusal("…\"igamma\" not implemented for 'Long'") {
      try x.to(.int64).igamma(x.to(.int64))
    }
    expectRefusal("add: …must match…") { try x.i0().add(Tensor.ones(3)) }
    expectRefusal("igamma: the derivative for 'igamma: input' is not implemented.") {
      try x.clone().requiresGrad_().igamma(x).sum().backward()
    }
    expectRefusal("zeta: the derivative for 'zeta' is not implemented.") {
      try Special.zeta(x.clone().requiresGrad_(), x).sum().backward()
    }
  }
}

private let specialGradients = [
  GradientCase("i0") { try $0[0].i0() },
  GradientCase("i0e") { try Special.i0e($0[0]) },
  GradientCase("i1") { try Special.i1($0[0]) },
  GradientCase("i1e") { try Special.i1e($0[0]) },
  GradientCase("modified i0") { try Special.modifiedBesselI0($0[0]) },
  GradientCase("modified i1") { try Special.modifiedBesselI1($0[0]) },
  GradientCase("modified k0", in: 0.5...3) { try Special.modifiedBesselK0($0[0]) },
  GradientCase("modified k1", in: 0.5...3) { try Special.modifiedBesselK1($0[0]) },
  GradientCase("j0") { try Special.besselJ0($0[0]) },
  GradientCase("j1") { try Special.besselJ1($0[0]) },
  GradientCase("y0", in: 0.5...3) { try Special.besselY0($0[0]) },
  GradientCase("y1", in: 0.5...3) { try Special.besselY1($0[0]) },
  GradientCase("erfcx") { try Special.erfcx($0[0]) },
  GradientCase("ndtr") { try Special.ndtr($0[0]) },
  GradientCase("log ndtr") { try Special.logNdtr($0[0]) },
  GradientCase("ndtri", in: 0.1...0.9) { try Special.ndtri($0[0]) },
  GradientCase("entr", in: 0.2...2) { try Special.entr($0[0]) },
  GradientCase("xlog1py", [2, 3], [3], in: 0.2...2) { try Special.xlog1py($0[0], $0[1]) },
  GradientCase("zeta", in: 0.5...3) { try Special.zeta(Tensor(2.5, dtype: .float64), $0[0]) },
  GradientCase("polygamma", in: 0.5...3) { try $0[0].polygamma(2) },
  GradientCase("digamma", in: 0.5...3) { try $0[0].digamma() },
  GradientCase("mvlgamma", in: 1.5...3) { try $0[0].mvlgamma(3) },
  GradientCase("igamma", in: 0.5...3) { try Tensor(1.5, dtype: .float64).igamma($0[0]) },
  GradientCase("igammac", in: 0.5...3) { try Tensor(1.5, dtype: .float64).igammac($0[0]) },
]

private let specialValues = [
  SpecialValue("i0", 0.3, 1.022626879351597) { try $0.i0() },
  SpecialValue("i0", 7.5, 268.16131151518937) { try $0.i0() },
  SpecialValue("i0", 19.75, 34140102.06010144) { try $0.i0() },
  SpecialValue("i0", 20.25, 55579102.84093865) { try $0.i0() },
  SpecialValue("i0", 300.0, 4.475847367935052e+128) { try $0.i0() },
  SpecialValue("i0e", -3.5, 0.22280243801077917) { try Special.i0e($0) },
  SpecialValue("i0e", 25.0, 0.0801967735474367) { try Special.i0e($0) },
  SpecialValue("i0e", 1000000.0, 0.00039894233026924577) { try Special.i0e($0) },
  SpecialValue("i1", -0.3, -0.15169384000359276) { try Special.i1($0) },
  SpecialValue("i1", 19.75, 33264251.978947733) { try Special.i1($0) },
  SpecialValue("i1", 20.25, 54188928.20424874) { try Special.i1($0) },
  SpecialValue("i1e", -3.5, -0.18739997660305) { try Special.i1e($0) },
  SpecialValue("i1e", 25.0, 0.07857611331929278) { try Special.i1e($0) },
  SpecialValue("k0", 1e-06, 13.93144207362642) { try Special.modifiedBesselK0($0) },
  SpecialValue("k0", 1.75, 0.1553798123866036) { try Special.modifiedBesselK0($0) },
  SpecialValue("k0", 2.25, 0.08404311197465811) { try Special.modifiedBesselK0($0) },
  SpecialValue("k0", 40.0, 8.392861100099567e-19) { try Special.modifiedBesselK0($0) },
  SpecialValue("k1", 1e-06, 999999.9999927843) { try Special.modifiedBesselK1($0) },
  SpecialValue("k1", 1.75, 0.19547745347439302) { try Special.modifiedBesselK1($0) },
  SpecialValue("k1", 2.25, 0.10121630256832526) { try Special.modifiedBesselK1($0) },
  SpecialValue("k1", 40.0, 8.497131954861039e-19) { try Special.modifiedBesselK1($0) },
  SpecialValue("scaled k0", 0.5, 1.5241093857739094) { try Special.scaledModifiedBesselK0($0) },
  SpecialValue("scaled k0", 16.5, 0.30628222489038615) { try Special.scaledModifiedBesselK0($0) },
  SpecialValue("scaled k0", 10000.0, 0.012532984717699286) {
    try Special.scaledModifiedBesselK0($0)
  },
  SpecialValue("scaled k1", 0.5, 2.731009708211786) { try Special.scaledModifiedBesselK1($0) },
  SpecialValue("scaled k1", 16.5, 0.31543068294209264) { try Special.scaledModifiedBesselK1($0) },
  SpecialValue("scaled k1", 10000.0, 0.012533611351270506) {
    try Special.scaledModifiedBesselK1($0)
  },
  SpecialValue("j0", -3.0, -0.26005195490193345) { try Special.besselJ0($0) },
  SpecialValue("j0", 5.5, -0.006843869417819197) { try Special.besselJ0($0) },
  SpecialValue("j0", 40.0, 0.00736689058423729) { try Special.besselJ0($0) },
  SpecialValue("j1", -3.0, -0.3390589585259365) { try Special.besselJ1($0) },
  SpecialValue("j1", 5.5, -0.34143821542904335) { try Special.besselJ1($0) },
  SpecialValue("j1", 40.0, 0.126038318037585) { try Special.besselJ1($0) },
  SpecialValue("y0", 0.25, -0.9315730249300587) { try Special.besselY0($0) },
  SpecialValue("y0", 5.5, -0.339480592881911) { try Special.besselY0($0) },
  SpecialValue("y0", 40.0, 0.12593641705826092) { try Special.besselY0($0) },
  SpecialValue("y1", 0.25, -2.7041052293152825) { try Special.besselY1($0) },
  SpecialValue("y1", 5.5, -0.023758238956389618) { try Special.besselY1($0) },
  SpecialValue("y1", 40.0, -0.005793505821549633) { try Special.besselY1($0) },
  SpecialValue("airy", -20.0, -0.1764061270779847) { try Special.airyAi($0) },
  SpecialValue("airy", -8.25, -0.25453632099656065) { try Special.airyAi($0) },
  SpecialValue("airy", -7.75, 0.17497790079676515) { try Special.airyAi($0) },
  SpecialValue("airy", -2.25, 0.06159865877700528) { try Special.airyAi($0) },
  SpecialValue("airy", 0.5, 0.23169360648083348) { try Special.airyAi($0) },
  SpecialValue("airy", 1.75, 0.05056988080579487) { try Special.airyAi($0) },
  SpecialValue("airy", 2.25, 0.023654658557747447) { try Special.airyAi($0) },
  SpecialValue("airy", 12.0, 1.3931846888753607e-13) { try Special.airyAi($0) },
  SpecialValue("spherical j0", 1e-09, 1.0) { try Special.sphericalBesselJ0($0) },
  SpecialValue("spherical j0", 0.25, 0.9896158370180917) { try Special.sphericalBesselJ0($0) },
  SpecialValue("spherical j0", 30.0, -0.03293438746976206) { try Special.sphericalBesselJ0($0) },
  SpecialValue("erfcx", -3.0, 16205.988853999586) { try Special.erfcx($0) },
  SpecialValue("erfcx", 0.5, 0.6156903441929259) { try Special.erfcx($0) },
  SpecialValue("erfcx", 24.75, 0.02277697740269456) { try Special.erfcx($0) },
  SpecialValue("erfcx", 25.25, 0.022326659889443407) { try Special.erfcx($0) },
  SpecialValue("erfcx", 1000000000.0, 5.641895835477563e-10) { try Special.erfcx($0) },
  SpecialValue("log ndtr", -30.0, -454.3212439563432) { try Special.logNdtr($0) },
  SpecialValue("log ndtr", -1.25, -2.247625677214318) { try Special.logNdtr($0) },
  SpecialValue("log ndtr", -0.75, -1.4844482299196562) { try Special.logNdtr($0) },
  SpecialValue("log ndtr", 3.0, -0.0013508099647481938) { try Special.logNdtr($0) },
  SpecialValue("log ndtr", 8.0, -6.220960574271786e-16) { try Special.logNdtr($0) },
  SpecialValue("ndtr", -1.25, 0.10564977366685525) { try Special.ndtr($0) },
  SpecialValue("ndtr", 0.0, 0.5) { try Special.ndtr($0) },
  SpecialValue("ndtr", 3.0, 0.9986501019683699) { try Special.ndtr($0) },
  SpecialValue("entr", 0.25, 0.34657359027997264) { try Special.entr($0) },
  SpecialValue("entr", 3.0, -3.295836866004329) { try Special.entr($0) },
  SpecialValue("ndtri", 1e-250, -33.79958617269484) { try Special.ndtri($0) },
  SpecialValue("ndtri", 0.001, -3.0902323061678136) { try Special.ndtri($0) },
  SpecialValue("ndtri", 0.4375, -0.1573106846101707) { try Special.ndtri($0) },
  SpecialValue("ndtri", 0.96875, 1.8627318674216515) { try Special.ndtri($0) },
  // Nearer to zero PyTorch's series, which is followed, has ten digits.
  SpecialValue("polygamma 1", 30.0, 0.033895060357739946) { try $0.polygamma(1) },
  SpecialValue("polygamma 3", 0.25, 1538.7821440091884) { try $0.polygamma(3) },
  SpecialValue("polygamma 3", -30.25, 1558.5453877952364) { try $0.polygamma(3) },
  SpecialValue("polygamma 3", -1.5, 194.59427621918763) { try $0.polygamma(3) },
  SpecialValue("mvlgamma 3", 1.5, 2.1686775340635553) { try $0.mvlgamma(3) },
  SpecialValue("mvlgamma 3", 20.0, 115.31351073296774) { try $0.mvlgamma(3) },
  SpecialValue("zeta of 2.5", 0.125, 182.06959567272054) {
    try Special.zeta(Tensor(2.5, dtype: .float64), $0)
  },
  SpecialValue("zeta of 2.5", 11.5, 0.018249906851298698) {
    try Special.zeta(Tensor(2.5, dtype: .float64), $0)
  },
  SpecialValue("zeta of 2.5", 50.0, 0.0019141380319316677) {
    try Special.zeta(Tensor(2.5, dtype: .float64), $0)
  },
  SpecialValue("zeta of 3", -1.5, 0.1181020258208637) {
    try Special.zeta(Tensor(3.0, dtype: .float64), $0)
  },
  SpecialValue("zeta of 3", -30.25, -62.01202471454503) {
    try Special.zeta(Tensor(3.0, dtype: .float64), $0)
  },
  SpecialValue("igamma of 0.5", 0.45, 0.6572182888520887) {
    try Tensor(0.5, dtype: .float64).igamma($0)
  },
  SpecialValue("igamma of 0.5", 2.0, 0.9544997361036416) {
    try Tensor(0.5, dtype: .float64).igamma($0)
  },
  SpecialValue("igammac of 0.5", 0.45, 0.3427817111479114) {
    try Tensor(0.5, dtype: .float64).igammac($0)
  },
  SpecialValue("igammac of 0.5", 0.625, 0.2635524772829727) {
    try Tensor(0.5, dtype: .float64).igammac($0)
  },
  SpecialValue("igamma of 15.0", 13.5, 0.3767288745912696) {
    try Tensor(15.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igamma of 15.0", 16.5, 0.6774579030654351) {
    try Tensor(15.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igammac of 15.0", 13.5, 0.6232711254087304) {
    try Tensor(15.0, dtype: .float64).igammac($0)
  },
  SpecialValue("igammac of 15.0", 18.75, 0.16301345461145964) {
    try Tensor(15.0, dtype: .float64).igammac($0)
  },
  SpecialValue("igamma of 150.0", 135.0, 0.10736282957535392) {
    try Tensor(150.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igamma of 150.0", 151.5, 0.5593284904977185) {
    try Tensor(150.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igammac of 150.0", 135.0, 0.8926371704246461) {
    try Tensor(150.0, dtype: .float64).igammac($0)
  },
  SpecialValue("igammac of 150.0", 187.5, 0.0020839407606711036) {
    try Tensor(150.0, dtype: .float64).igammac($0)
  },
  SpecialValue("igamma of 20000.0", 19800.0, 0.07830049501217735) {
    try Tensor(20000.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igamma of 20000.0", 20001.5, 0.5051714824796905) {
    try Tensor(20000.0, dtype: .float64).igamma($0)
  },
  SpecialValue("igammac of 20000.0", 18000.0, 1.0) {
    try Tensor(20000.0, dtype: .float64).igammac($0)
  },
  SpecialValue("igammac of 20000.0", 20200.0, 0.0789923699889005) {
    try Tensor(20000.0, dtype: .float64).igammac($0)
  },
  SpecialValue("legendre 12", -0.3, -0.18100217969140725) {
    try Special.legendrePolynomialP($0, 12)
  },
  SpecialValue("legendre 12", 1.25, 768.0647518759943) { try Special.legendrePolynomialP($0, 12) },
  SpecialValue("laguerre 7", -0.3, 4.214744880892857) { try Special.laguerrePolynomialL($0, 7) },
  SpecialValue("laguerre 7", 4.25, -1.4342100718664745) { try Special.laguerrePolynomialL($0, 7) },
  SpecialValue("hermite h 9", -0.3, -7010.2876584959995) { try Special.hermitePolynomialH($0, 9) },
  SpecialValue("hermite h 9", 1.25, -12174.365234375) { try Special.hermitePolynomialH($0, 9) },
  SpecialValue("hermite he 9", -0.3, -250.390686483) { try Special.hermitePolynomialHe($0, 9) },
  SpecialValue("hermite he 9", 1.25, -290.3338432312012) { try Special.hermitePolynomialHe($0, 9) },
  SpecialValue("chebyshev t 5", -0.3, -0.99888) { try Special.chebyshevPolynomialT($0, 5) },
  SpecialValue("chebyshev t 5", 1.25, 16.015625) { try Special.chebyshevPolynomialT($0, 5) },
  SpecialValue("chebyshev t 50", -0.3, 0.890054977850745) {
    try Special.chebyshevPolynomialT($0, 50)
  },
  SpecialValue("chebyshev u 50", -0.3, 1.0334141758265416) {
    try Special.chebyshevPolynomialU($0, 50)
  },
  SpecialValue("chebyshev u 50", 1.0, 51.0) { try Special.chebyshevPolynomialU($0, 50) },
  SpecialValue("chebyshev v 9", -0.3, 0.8667069439999998) {
    try Special.chebyshevPolynomialV($0, 9)
  },
  SpecialValue("chebyshev w 9", -0.3, -1.064884736) { try Special.chebyshevPolynomialW($0, 9) },
  SpecialValue("shifted chebyshev t 4", -0.3, 32.9488) {
    try Special.shiftedChebyshevPolynomialT($0, 4)
  },
  SpecialValue("xlog1py", 1e-12, 2.4999999999987498e-12) {
    try Special.xlog1py(Tensor(2.5, dtype: .float64), $0)
  },
  SpecialValue("xlog1py", 3.0, 3.4657359027997265) {
    try Special.xlog1py(Tensor(2.5, dtype: .float64), $0)
  },
]
