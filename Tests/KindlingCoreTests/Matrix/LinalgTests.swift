import Kindling
import Testing
import _TestExpectations

/// Decompositions and solvers beyond their values, which the conformance suite has.
@Suite struct LinalgTests {
  @Test func refusals() throws {
    let wide = try Tensor.ones(2, 3), a = try Tensor.ones(3, 3), flat = try Tensor.ones(3)
    let zeros = try Tensor.zeros(2, 2), batch = try Tensor.zeros(3, 2, 2)
    let (half, whole) = (try a.to(.float16), try a.to(.int64))
    let places = try Tensor([1, 2, 3], dtype: .int32)
    expectRefusal("linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices")
    { try Linalg.inv(wide) }
    expectRefusal("linalg.det: The input tensor A must have at least 2 dimensions…") {
      try Linalg.det(flat)
    }
    expectRefusal("linalg.eigh: Low precision dtypes not supported. Got Half…") {
      try Linalg.eigh(half)
    }
    expectRefusal("linalg.svd: Expected a floating point or complex tensor as input. Got Long…") {
      try Linalg.svd(whole)
    }
    expectRefusal(
      "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular."
    ) { try Linalg.inv(zeros) }
    expectRefusal("…(Batch element 0): The diagonal element 1 is zero…") { try Linalg.inv(batch) }
    expectRefusal("linalg.solve: The solver failed because the input matrix is singular.") {
      try Linalg.solve(zeros, Tensor.ones(2))
    }
    expectRefusal("…Incompatible shapes of A and B for the equation AX = B (3x3 and 2x1)") {
      try Linalg.solve(a, Tensor.ones(2))
    }
    expectRefusal(
      "…Expected A and B to have the same dtype, but found A of type Float and B of type Double instead"
    ) { try Linalg.solve(a, flat.to(.float64)) }
    expectRefusal("…Vector broadcasting of the left hand side is not supported for left=False") {
      try Linalg.solve(a, flat, left: false)
    }
    expectRefusal("linalg.cholesky: …the leading minor of order 1 is not positive-definite…") {
      try Linalg.cholesky(zeros)
    }
    expectRefusal("…U[1,1] is zero and using it on lu_solve would result in a division by zero…") {
      try Linalg.luFactor(zeros)
    }
    expectRefusal("linalg.lu: LU without pivoting is not implemented on the CPU") {
      try Linalg.lu(a, pivot: false)
    }
    expectRefusal("lu_unpack: pivots should be a Tensor of scalar type torch.int32…") {
      try Linalg.luUnpack(a, places.to(.int64))
    }
    expectRefusal("lu_unpack: pivots must name rows from 1 to 3, but got 4 at place 2") {
      try Linalg.luUnpack(a, places + 1)
    }
    expectRefusal("…Number of pivots per batch should be same as the dimension of the matrix (3)…")
    {
      try Linalg.luSolve(a, places[0..<2], a)
    }
    expectRefusal("linalg.solve_triangular: The input tensor B must have at least 2 dimensions…") {
      try Linalg.solveTriangular(a, flat, upper: true)
    }
    expectRefusal("…Incompatible shapes of A and B for the equation AX = B (3x3 and 2x3)") {
      try Linalg.solveTriangular(a, wide, upper: true)
    }
    expectRefusal("cholesky_solve: …each A matrix is 2 by 2 but each b matrix is 3 by 3") {
      try a.choleskySolve(zeros)
    }
    expectRefusal("…The diagonal element 1 is zero, the inversion could not be completed…") {
      try zeros.choleskyInverse()
    }
    expectRefusal("…Expected b and A to have at least 2 dimensions…") {
      try flat.triangularSolve(a)
    }
    expectRefusal("…input.shape[-2] must be greater than or equal to input.shape[-1]…") {
      try Linalg.householderProduct(wide, Tensor.ones(2))
    }
    expectRefusal("…input.shape[-1] must be greater than or equal to tau.shape[-1]…") {
      try Linalg.householderProduct(a, Tensor.ones(4))
    }
    expectRefusal("…other.shape[-2] must be equal to input.shape[-2]…") { try a.ormqr(flat, zeros) }
    expectRefusal("…input.size(-2) should match other.size(-2)…") { try Linalg.lstsq(a, zeros) }
    expectRefusal("linalg.lstsq: …does not have full rank…") {
      try Linalg.lstsq(Tensor([[1.0, 0], [0, 0]]), zeros, driver: .gels)
    }
    expectRefusal(
      "…expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types"
    ) { try Linalg.pinv(half) }
    expectRefusal("linalg.ldl_factor: the block of D at 1 is zero…") { try Linalg.ldlFactor(zeros) }
    expectRefusal("linalg.ldl_solve: pivots must name rows from 1 to 3, but got 4 at place 2") {
      try Linalg.ldlSolve(a, places + 1, a)
    }
    expectRefusal("…negative pivots must come in pairs, but the one at place 2 is alone") {
      try Linalg.ldlSolve(a, Tensor([1, 2, -3], dtype: .int32), a)
    }
    expectRefusal("…input must have at least as many rows as columns, but got 2 by 3 matrices") {
      try Linalg.polar(wide)
    }
    expectRefusal("linalg.matrix_norm: Order 3.0 not supported.") { try Linalg.matrixNorm(a, 3) }
    expectRefusal("…dims must be different…") { try Linalg.matrixNorm(a, dims: (0, 0)) }
    expectRefusal("…If dim is not specified but ord is, the input must be 1D or 2D. Got 3D.") {
      try Linalg.norm(Tensor.ones(2, 2, 2), 2)
    }
    expectRefusal("…it must be of length 1 or 2…") { try Linalg.norm(a, .fro, dims: [0]) }
    expectRefusal("linalg.cond: linalg.cond got an invalid norm type: 3…") { try Linalg.cond(a, 3) }
    expectRefusal("linalg.matrix_power: A must be batches of square matrices…") {
      try Linalg.matrixPower(wide, 2)
    }
    expectRefusal("…Expected a floating point or complex tensor as input. Got Long…") {
      try Linalg.matrixExp(whole)
    }
    expectRefusal("…expected at least 2 tensors but got 1") { try Linalg.multiDot([a]) }
    expectRefusal("…tensors 0 and 1 with shapes [3, 3] and [2, 2] cannot be multiplied") {
      try Linalg.multiDot([a, zeros])
    }
    expectRefusal("…tensor 1 must be 2D but got 3D") { try Linalg.multiDot([a, batch, a]) }
    expectRefusal("linalg.vander: N must be greater than 1…") { try Linalg.vander(flat, n: 1) }
    expectRefusal("linalg.vander: …larger than any memory") { try Linalg.vander(flat, n: .max) }
    expectRefusal("linalg.cross: …must have length 3…") { try Linalg.cross(wide, wide, dim: 0) }
    expectRefusal("linalg.vecdot: …Got Long") { try Linalg.vecdot(whole, whole) }
    expectRefusal("linalg.tensorinv: Expected a strictly positive integer for 'ind', but got 0") {
      try Linalg.tensorinv(a, ind: 0)
    }
    expectRefusal("…but got 6 != 2") { try Linalg.tensorinv(Tensor.ones(2, 3, 2), ind: 1) }
    expectRefusal("…but got 3 != 2") { try Linalg.tensorsolve(wide, Tensor.ones(2)) }
    expectRefusal("…q(=7) must be non-negative integer and not greater than min(m, n)=3") {
      try a.svdLowrank(7)
    }
    expectRefusal("svd_lowrank: niter must be non-negative integer, but got -1") {
      try a.svdLowrank(2, niter: -1)
    }
    expectRefusal("linalg.qr: …is not computed when mode='r'…") {
      try Linalg.qr(a.clone().requiresGrad_(), mode: .r).r.sum().backward()
    }
    expectRefusal("geqrf: the derivative for 'geqrf' is not implemented.") {
      try wide.clone().requiresGrad_().geqrf().a.sum().backward()
    }
  }

  /// PyTorch's names of the nodes.
  @Test func nodes() throws {
    let x = try Tensor([[4.0, 1, 0.5], [1, 3, 0.25], [0.5, 0.25, 2]], dtype: .float64)
      .requiresGrad_()
    let b = try Tensor.ones([3, 2], dtype: .float64, requiresGrad: true)
    let tau = try Tensor.ones([3], dtype: .float64)
    let names: [(Tensor, String)] = [
      (try Linalg.solve(x, b), "LinalgSolveExBackward0"),
      (try Linalg.inv(x), "LinalgInvExBackward0"),
      (try x.det(), "LinalgDetBackward0"), (try x.slogdet().logabsdet, "LinalgSlogdetBackward0"),
      (try x.logdet(), "WhereBackward0"), (try Linalg.cholesky(x), "LinalgCholeskyExBackward0"),
      (try Linalg.qr(x).q, "LinalgQrBackward0"),
      (try Linalg.luFactor(x).lu, "LinalgLuFactorExBackward0"),
      (try Linalg.lu(x).u, "LinalgLuBackward0"),
      (try Linalg.svdvals(x), "LinalgSvdBackward0"),
      (try Linalg.eigvalsh(x), "LinalgEighBackward0"),
      (try Linalg.lstsq(x, b).solution, "LinalgLstsqBackward0"),
      (try Linalg.pinv(x), "LinalgPinvBackward0"),
      (try x.matrixExp(), "LinalgMatrixExpBackward0"), (try x.matrixPower(3), "MmBackward0"),
      (try Linalg.householderProduct(x, tau), "LinalgHouseholderProductBackward0"),
      (try x.ormqr(tau, b), "OrmqrBackward0"), (try x.geqrf().a, "GeqrfBackward0"),
      (try Linalg.solveTriangular(x, b, upper: true), "LinalgSolveTriangularBackward0"),
      (try b.choleskySolve(x), "CholeskySolveBackward0"),
      (try x.choleskyInverse(), "CholeskyInverseBackward0"),
      (try Linalg.matrixNorm(x), "LinalgVectorNormBackward0"),
      (try Linalg.polar(x).u, "LinalgPolarBackward0"),
      (try Linalg.matrixSqrth(x), "LinalgMatrixSqrthBackward0"),
    ]
    for (y, name) in names { #expect(y.gradFn?.name == name) }
  }

  /// Where there are no elements there still are shapes.
  @Test func empty() throws {
    let none = try Tensor.zeros(0, 0), batch = try Tensor.zeros(0, 3, 3),
      flat = try Tensor.zeros(0, 3)
    #expect(try none.det().item() == 1)
    #expect(try Linalg.inv(batch).shape == [0, 3, 3])
    #expect(try Linalg.svd(flat).vh.equal(Tensor.eye(3)))
    #expect(try Linalg.qr(flat, mode: .complete).q.shape == [0, 0])
    #expect(try Linalg.pinv(flat).shape == [3, 0])
    #expect(try Linalg.solve(none, Tensor.zeros(0, 2)).shape == [0, 2])
    #expect(try Linalg.eigvalsh(batch).shape == [0, 3])
    #expect(try Linalg.matrixRank(flat).item() == 0)
    #expect(try Linalg.matrixExp(batch).shape == [0, 3, 3])
    #expect(try Linalg.lstsq(flat, Tensor.zeros(0, 2)).solution.shape == [3, 2])
    #expect(try Linalg.lu(flat).u.shape == [0, 3])
  }

  /// Matrices of a batch, whatever their strides, are treated one by one.
  @Test func batches() throws {
    let x = try withDefaultGenerator(Generator(seed: 3)) {
      try Tensor.randn([2, 3, 4, 4], dtype: .float64)
    }
    let view = try x.transpose(0, 1).transpose(-2, -1)
    let inverse = try Linalg.inv(view)
    let eye = try Tensor.eye(4, dtype: .float64).expand([3, 2, 4, 4])
    #expect(try inverse.matmul(view).allclose(eye, atol: 1e-10))
    #expect(try inverse[1][0].allclose(Linalg.inv(x[0][1].transpose(0, 1))))
    let b = try Tensor.ones([4, 2], dtype: .float64)
    #expect(
      try view.matmul(Linalg.solve(view, b.expand([3, 2, 4, 2]))).allclose(b.expand([3, 2, 4, 2])))
    let (p, l, u) = try Linalg.lu(view.narrow(-1, 0, 3))
    #expect(try p.matmul(l).matmul(u).allclose(view.narrow(-1, 0, 3)))
  }

  /// The exponential of large and nilpotent matrices.
  @Test func exponentials() throws {
    let turn = try Tensor([[0.0, -40], [40, 0]], dtype: .float64).matrixExp()
    let expected = try Tensor(
      [[-0.6669380616522619, -0.7451131604793488], [0.7451131604793488, -0.6669380616522619]],
      dtype: .float64)
    #expect(try turn.allclose(expected, rtol: 1e-12))
    let shift = try Tensor([[0.0, 1e6], [0, 0]], dtype: .float64).matrixExp()
    #expect(try shift.allclose(Tensor([[1.0, 1e6], [0, 1]], dtype: .float64), rtol: 1e-12))
    #expect(try Tensor([[Double.infinity]]).matrixExp().item().isNaN)
  }
}
