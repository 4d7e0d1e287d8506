import Kindling
import Testing
import _TestSupport

/// Decompositions and solvers beyond their values, which the conformance suite has.
@Suite struct LinalgTests {
  @Test func refusals() throws {
    let wide = try Tensor.ones(2, 3), a = try Tensor.ones(3, 3), flat = try Tensor.ones(3)
    let zeros = try Tensor.zeros(2, 2), batch = try Tensor.zeros(3, 2, 2)
    let (half, whole) = (try a.to(.float16), try a.to(.int64))
    let places = try Tensor([1, 2, 3], dtype: .int32)
    let cases: [(() throws -> Void, String)] = [
      (
        { _ = try Linalg.inv(wide) },
        "linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices"
      ),
      (
        { _ = try Linalg.det(flat) },
        "linalg.det: The input tensor A must have at least 2 dimensions"
      ),
      ({ _ = try Linalg.eigh(half) }, "linalg.eigh: Low precision dtypes not supported. Got Half"),
      (
        { _ = try Linalg.svd(whole) },
        "linalg.svd: Expected a floating point or complex tensor as input. Got Long"
      ),
      (
        { _ = try Linalg.inv(zeros) },
        "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular."
      ),
      ({ _ = try Linalg.inv(batch) }, "(Batch element 0): The diagonal element 1 is zero"),
      (
        { _ = try Linalg.solve(zeros, Tensor.ones(2)) },
        "The solver failed because the input matrix is singular."
      ),
      (
        { _ = try Linalg.solve(a, Tensor.ones(2)) },
        "Incompatible shapes of A and B for the equation AX = B (3x3 and 2x1)"
      ),
      (
        { _ = try Linalg.solve(a, flat.to(.float64)) },
        "Expected A and B to have the same dtype, but found A of type Float and B of type Double instead"
      ),
      (
        { _ = try Linalg.solve(a, flat, left: false) },
        "Vector broadcasting of the left hand side is not supported for left=False"
      ),
      ({ _ = try Linalg.cholesky(zeros) }, "the leading minor of order 1 is not positive-definite"),
      (
        { _ = try Linalg.luFactor(zeros) },
        "U[1,1] is zero and using it on lu_solve would result in a division by zero"
      ),
      ({ _ = try Linalg.lu(a, pivot: false) }, "LU without pivoting is not implemented on the CPU"),
      (
        { _ = try Linalg.luUnpack(a, places.to(.int64)) },
        "pivots should be a Tensor of scalar type torch.int32"
      ),
      (
        { _ = try Linalg.luUnpack(a, places + 1) },
        "pivots must name rows from 1 to 3, but got 4 at place 2"
      ),
      (
        { _ = try Linalg.luSolve(a, places[0..<2], a) },
        "Number of pivots per batch should be same as the dimension of the matrix (3)"
      ),
      (
        { _ = try Linalg.solveTriangular(a, flat, upper: true) },
        "The input tensor B must have at least 2 dimensions"
      ),
      (
        { _ = try Linalg.solveTriangular(a, wide, upper: true) },
        "Incompatible shapes of A and B for the equation AX = B (3x3 and 2x3)"
      ),
      ({ _ = try a.choleskySolve(zeros) }, "each A matrix is 2 by 2 but each b matrix is 3 by 3"),
      (
        { _ = try zeros.choleskyInverse() },
        "The diagonal element 1 is zero, the inversion could not be completed"
      ),
      ({ _ = try flat.triangularSolve(a) }, "Expected b and A to have at least 2 dimensions"),
      (
        { _ = try Linalg.householderProduct(wide, Tensor.ones(2)) },
        "input.shape[-2] must be greater than or equal to input.shape[-1]"
      ),
      (
        { _ = try Linalg.householderProduct(a, Tensor.ones(4)) },
        "input.shape[-1] must be greater than or equal to tau.shape[-1]"
      ),
      ({ _ = try a.ormqr(flat, zeros) }, "other.shape[-2] must be equal to input.shape[-2]"),
      ({ _ = try Linalg.lstsq(a, zeros) }, "input.size(-2) should match other.size(-2)"),
      (
        { _ = try Linalg.lstsq(Tensor([[1.0, 0], [0, 0]]), zeros, driver: .gels) },
        "does not have full rank"
      ),
      (
        { _ = try Linalg.pinv(half) },
        "expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types"
      ),
      ({ _ = try Linalg.ldlFactor(zeros) }, "the block of D at 1 is zero"),
      (
        { _ = try Linalg.ldlSolve(a, places + 1, a) },
        "pivots must name rows from 1 to 3, but got 4"
      ),
      (
        { _ = try Linalg.ldlSolve(a, Tensor([1, 2, -3], dtype: .int32), a) },
        "negative pivots must come in pairs, but the one at place 2 is alone"
      ),
      (
        { _ = try Linalg.polar(wide) },
        "input must have at least as many rows as columns, but got 2 by 3 matrices"
      ),
      ({ _ = try Linalg.matrixNorm(a, 3) }, "Order 3.0 not supported."),
      ({ _ = try Linalg.matrixNorm(a, dims: (0, 0)) }, "dims must be different"),
      (
        { _ = try Linalg.norm(Tensor.ones(2, 2, 2), 2) },
        "If dim is not specified but ord is, the input must be 1D or 2D. Got 3D."
      ),
      ({ _ = try Linalg.norm(a, .fro, dims: [0]) }, "it must be of length 1 or 2"),
      ({ _ = try Linalg.cond(a, 3) }, "linalg.cond got an invalid norm type: 3"),
      (
        { _ = try Linalg.matrixPower(wide, 2) },
        "linalg.matrix_power: A must be batches of square matrices"
      ),
      (
        { _ = try Linalg.matrixExp(whole) },
        "Expected a floating point or complex tensor as input. Got Long"
      ),
      ({ _ = try Linalg.multiDot([a]) }, "expected at least 2 tensors but got 1"),
      (
        { _ = try Linalg.multiDot([a, zeros]) },
        "tensors 0 and 1 with shapes [3, 3] and [2, 2] cannot be multiplied"
      ),
      ({ _ = try Linalg.multiDot([a, batch, a]) }, "tensor 1 must be 2D but got 3D"),
      ({ _ = try Linalg.vander(flat, n: 1) }, "N must be greater than 1"),
      ({ _ = try Linalg.vander(flat, n: .max) }, "larger than any memory"),
      ({ _ = try Linalg.cross(wide, wide, dim: 0) }, "must have length 3"),
      ({ _ = try Linalg.vecdot(whole, whole) }, "Got Long"),
      (
        { _ = try Linalg.tensorinv(a, ind: 0) },
        "Expected a strictly positive integer for 'ind', but got 0"
      ),
      ({ _ = try Linalg.tensorinv(Tensor.ones(2, 3, 2), ind: 1) }, "but got 6 != 2"),
      ({ _ = try Linalg.tensorsolve(wide, Tensor.ones(2)) }, "but got 3 != 2"),
      (
        { _ = try a.svdLowrank(7) },
        "q(=7) must be non-negative integer and not greater than min(m, n)=3"
      ),
      ({ _ = try a.svdLowrank(2, niter: -1) }, "niter must be non-negative integer, but got -1"),
      (
        { try Linalg.qr(a.clone().requiresGrad_(), mode: .r).r.sum().backward() },
        "is not computed when mode='r'"
      ),
      (
        { try wide.clone().requiresGrad_().geqrf().a.sum().backward() },
        "the derivative for 'geqrf' is not implemented"
      ),
    ]
    for (body, words) in cases {
      let said = refusal { try body() }
      #expect(said.contains(words), "\(said)")
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
