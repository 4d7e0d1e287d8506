import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// Networks of impossible numbers are built in no time, and refuse on use.
@Suite struct ExtremeModelTests {
  static let counts = [Int.max, Int.min, Int.max / 4 + 1, -1, 0]

  @Test(arguments: counts) func blocksAndNetworks(_ n: Int) throws {
    let x = try Tensor.ones(1, 4, 2, 2), image = try Tensor.ones(1, 3, 8, 8)
    for block in [
      Bottleneck(4, n, stride: 1, downsample: nil), Bottleneck(n, 4, stride: 1, downsample: nil),
      BasicBlock(4, n, stride: 1, downsample: nil), BasicBlock(4, 4, stride: n, downsample: nil),
    ] as [any ResidualBlock] {
      #expect(throws: TensorError.self) { _ = try block(x) }
    }
    for layers in [[n, 1, 1, 1], [1, 1, 1, n], [n], [n, n, n, n, n]] {
      let network = ResNet(BasicBlock.self, layers)
      #expect(throws: TensorError.self) { _ = try network(image) }
      expectRefusal("…each from 1 to 1000, but got \(layers)…") { try network(image) }
    }
    if n != 0 {
      #expect(throws: TensorError.self) {
        _ = try ResNet(BasicBlock.self, [1, 1, 1, 1], numClasses: n)(image)
      }
    }
    let vgg = VGG(Sequential(Conv2d(3, 512, 3)), numClasses: n, initWeights: false, dropout: .nan)
    #expect(throws: (any Error).self) { _ = try vgg(image) }
  }

  @Test func transformsInsideOthersWithoutEnd() throws {
    var transform = Compose([])
    for _ in 0..<100_000 { transform = Compose([transform]) }
    let image = try Tensor.ones(1, 2, 2)
    #expect(try transform(image) === image)
    transform = Compose([])
  }
}
