import Kindling
import Testing
import _TestExpectations

/// Distances between rows.
@Suite struct DistancesTests {
  @Test func manhattanDistancesOfNoNumbersHaveNoNumberAsGradient() throws {
    let x = try Tensor([[1.0, .nan], [0, 2]]).requiresGrad_(), y = try Tensor([[0.0, 2.0]])
    try x.cdist(y, p: 1).sum().backward()
    try expectClose(#require(x.grad).view(4), [1, .nan, 0, 0])
  }
}
