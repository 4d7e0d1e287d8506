import Foundation
import Kindling
import KindlingVision

/// A multilayer perceptron with the same initial weights in every library.
final class Perceptron: Module, Layer {
  let flatten = Flatten()
  let stack: Sequential

  init(_ sizes: [Int]) throws {
    var layers: [any Layer] = []
    for (i, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let linear = Linear(inputs, outputs)
      try noGrad {
        try linear.weight.copy_(
          Inputs.normal(100 + i, outputs, inputs, scale: 1 / Float(inputs).squareRoot()))
        try linear.bias?.copy_(Inputs.normal(200 + i, outputs, scale: 0.01))
      }
      layers.append(linear)
      if i < sizes.count - 2 { layers.append(ReLU()) }
    }
    stack = Sequential(layers)
  }

  func forward(_ x: Tensor) throws -> Tensor { try stack(flatten(x)) }
}

extension Workloads {
  static let sizes = [784, 512, 512, 10]

  /// Returns the step.*, infer.*, epoch.* and loader.* workloads.
  static func training(_ id: String) throws -> Workload? {
    switch id {
    case "step.quadratic": return Workload(unit: .us, call: try quadratic())
    case "step.iris_adam":
      let model = try Perceptron([4, 10, 3])
      return Workload(
        unit: .us,
        call: step(
          model.stack, try Inputs.normal(1, 150, 4), Inputs.integers(2, below: 3, 150),
          try Adam(model.parameters(), lr: 1e-2)))
    case "step.mlp_sgd", "step.mlp_adam":
      let model = try Perceptron(sizes)
      let optimizer: Optimizer =
        id == "step.mlp_sgd"
        ? try SGD(model.parameters(), lr: 1e-3) : try Adam(model.parameters(), lr: 1e-3)
      return Workload(
        unit: .us,
        call: step(
          model, try Inputs.normal(1, 64, 1, 28, 28), Inputs.integers(2, below: 10, 64), optimizer))
    case "step.cnn":
      let model = ConvolutionalNetwork()
      try model.setWeights()
      return Workload(
        unit: .ms,
        call: step(
          model, try Inputs.normal(9, 64, 1, 28, 28), Inputs.integers(10, below: 10, 64),
          try Adam(model.parameters(), lr: 1e-3)))
    case "step.resnet18": return try imageStep("resnet18")
    case "step.resnet18_32":
      let model = resnet18()
      return Workload(
        unit: .ms,
        call: step(
          model, try Inputs.normal(11, 64, 3, 32, 32), Inputs.integers(12, below: 1000, 64),
          try SGD(model.parameters(), lr: 1e-3)))
    case "infer.vgg16.b1", "infer.resnet18.b1", "infer.resnet50.b1":
      return try inference(String(id.split(separator: ".")[1]))
    case "infer.mlp.b1":
      let model = try Perceptron(sizes), x = try Inputs.normal(11, 1, 784)
      model.eval()
      return Workload(unit: .us) { _ = try inferenceMode { try model(x) } }
    case "epoch.fashion_mnist", "loader.fashion_mnist":
      return try fashion(trains: id.hasPrefix("epoch"))
    default: return try files(id)
    }
  }

  /// Returns the complete loop over Fashion-MNIST, or its loader alone; `nil` without the files.
  private static func fashion(trains: Bool) throws -> Workload? {
    let root = ProcessInfo.processInfo.environment["KINDLING_BENCH_DATA"] ?? "../data"
    guard FileManager.default.fileExists(atPath: root + "/FashionMNIST/raw") else { return nil }
    let images = try FashionMNIST(root: root, train: true, download: false, transform: ToTensor())
    let loader = try DataLoader(images, batchSize: 64)
    guard trains else {
      return Workload(unit: .s) {
        for batch in loader { _ = try batch.get() }
      }
    }
    let model = try Perceptron(sizes), criterion = CrossEntropyLoss()
    let optimizer = try SGD(model.parameters(), lr: 1e-3)
    return Workload(unit: .s) {
      for (number, batch) in loader.enumerated() {
        let (x, y) = try batch.get()
        let loss = try criterion(model(x), y)
        optimizer.zeroGrad()
        try loss.backward()
        try optimizer.step()
        if number % 100 == 0 { _ = try loss.item() }
      }
    }
  }

  static func step(
    _ model: some Layer, _ x: Tensor, _ y: Tensor, _ optimizer: Optimizer
  ) -> () throws -> Void {
    let criterion = CrossEntropyLoss()
    return {
      let loss = try criterion(model(x), y)
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
    }
  }

  private static func quadratic() throws -> () throws -> Void {
    let x = try Inputs.normal(1, 9)
    let y = try 3 * x * x + 2 * x + 1
    let (a, b, c) = (
      try Tensor.ones([1], requiresGrad: true), try Tensor.ones([1], requiresGrad: true),
      try Tensor.ones([1], requiresGrad: true)
    )
    let criterion = MSELoss(), optimizer = try SGD([a, b, c], lr: 1e-4)
    return {
      var p = try a * x.pow(2)
      p = try p + b * x.pow(1)
      p = try p + c
      let loss = try criterion(p, y)
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
    }
  }
}

/// A probe that is measured from outside the process.
enum Probe {
  /// Runs the probe `id`; returns false if there is none of that name.
  static func run(_ id: String) throws -> Bool {
    switch id {
    case "startup.time":
      print(try (Tensor([1.0, 1.0]) + Tensor([1.0, 1.0])).sum())
    case "memory.peak.step.mlp_sgd":
      guard let workload = try Workloads.training("step.mlp_sgd") else { return false }
      for _ in 0..<50 { try workload.call() }
    case "memory.peak.infer.vgg16":
      guard let workload = try Workloads.inference("vgg16") else { return false }
      for _ in 0..<5 { try workload.call() }
    default: return false
    }
    return true
  }
}
