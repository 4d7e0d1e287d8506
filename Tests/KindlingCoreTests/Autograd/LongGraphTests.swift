import Foundation
import Kindling
import Testing

private final class ResultBox<R: Sendable>: @unchecked Sendable {
  var result: Result<R, any Error>?
}

/// Runs `body` in a thread with a stack of `stackSize` bytes and returns what it returns.
private func onThread<R: Sendable>(
  stackSize: Int = 1 << 20, _ body: @escaping @Sendable () throws -> R
) throws -> R {
  let box = ResultBox<R>(), done = DispatchSemaphore(value: 0)
  let thread = Thread {
    box.result = Result { try body() }
    done.signal()
  }
  thread.stackSize = stackSize
  thread.start()
  done.wait()
  return try #require(box.result).get()
}

@Suite(.serialized) struct LongGraphTests {
  /// A million operations in a row, on a stack of 1 MB.
  @Test func millionOperations() throws {
    let gradient = try onThread {
      let x = try Tensor.ones(1, dtype: .float64, requiresGrad: true)
      var y = x
      for _ in 0..<1_000_000 { y = try y + x }
      try y.backward()
      return try x.grad?.item()
    }
    #expect(gradient == 1_000_001)
  }

  /// The same released without ever running; what hangs on saved tensors alone too.
  @Test func longGraphsAreReleased() throws {
    try onThread {
      let x = try Tensor.ones(1, requiresGrad: true)
      var y = x
      for _ in 0..<100_000 { y = try y * x }
      // Each node holds the one before only through what it saved for the other input.
      var z = try x * 1
      for _ in 0..<50_000 {
        let next = try Tensor.ones(1, requiresGrad: true).detach()
        z = try (next + 0) * z
      }
    }
  }

  @Test func chainOfWritesInPlace() throws {
    let gradient = try onThread {
      let x = try Tensor.ones(2, dtype: .float64, requiresGrad: true)
      let y = try x * 1
      for _ in 0..<10_000 { try y.select(0, 0).add_(1) }
      try y.sum().backward()
      return try x.grad?.toArray(as: Double.self)
    }
    #expect(gradient == [1, 1])
  }

  /// A loss kept after `backward` holds no activations.
  @Test func backwardFreesWhatWasSaved() throws {
    let x = try Tensor.ones(4, requiresGrad: true)
    weak var activation: Tensor?
    let loss: Tensor
    do {
      let hidden = try x.exp()
      activation = hidden
      loss = try (hidden * hidden).sum()
    }
    #expect(activation != nil)
    try loss.backward()
    #expect(activation == nil)
    #expect(loss.gradFn?.name == "SumBackward0")
  }

  @Test func aGraphOfTheOutputItselfIsFreed() throws {
    weak var node: Node?
    do {
      let y = try Tensor.ones(4, requiresGrad: true).exp()
      node = y.gradFn
    }
    #expect(node == nil)
    weak var custom: Node?
    do {
      let y = try Exp().apply(Tensor.ones(4, requiresGrad: true))
      custom = y.gradFn
    }
    #expect(custom == nil)
  }

  @Test func threadsWithGraphsThatShareALeaf() throws {
    let w = try Tensor.ones(8, dtype: .float64, requiresGrad: true)
    let group = DispatchGroup()
    for _ in 0..<4 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        for _ in 0..<50 { try? (w * w).sum().backward() }
      }
    }
    group.wait()
    #expect(try w.grad?.toArray(as: Double.self) == Array(repeating: 400, count: 8))
  }

  @Test func backwardInsideAHook() throws {
    let x = try Tensor.ones(2, dtype: .float64, requiresGrad: true)
    let inner = try Tensor.ones(2, dtype: .float64, requiresGrad: true)
    let common = try x * 1
    let other = try (common * common).sum()
    let y = try common * 2
    try y.registerHook { g in
      // Nodes that are being walked can be walked from within, too.
      try enableGrad {
        try (inner * 3 + y.detach()).sum().backward()
        return try g * grad(of: other, withRespectTo: x, retainGraph: true)
      }
    }
    try y.sum().backward()
    #expect(try inner.grad?.toArray(as: Double.self) == [3, 3])
    #expect(try x.grad?.toArray(as: Double.self) == [4, 4])
  }
}
