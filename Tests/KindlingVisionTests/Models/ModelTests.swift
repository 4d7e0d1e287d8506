import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// The model zoo against torchvision's printing and keys; values are `scripts/check-torchvision`'s.
@Suite(.serialized) struct ModelTests {
  private func expectGolden(_ model: Module, _ code: String) throws {
    let records = try #require(try Golden.json("modules_repr.json").array)
    let record = try #require(records.first { $0["build"]?.string == code })
    #expect(model.description == record["expected"]?.string)
    let state = try model.stateDict().map { key, value in
      JSONValue.array([
        .string(key), .array(value.shape.map { .int($0) }), .string("\(value.dtype)"),
      ])
    }
    #expect(.array(state) == record["state_dict"])
    #expect(model.parameters().reduce(0) { $0 + $1.numel } == record["parameters"]?.int)
    #expect(
      model.namedModules().map(\.name) == record["named_modules"]?.array?.compactMap(\.string))
  }

  @Test func vgg16IsTorchvisions() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let model = vgg16()
      try expectGolden(model, "torchvision.models.vgg16()")
      let x = try Tensor.rand(1, 3, 32, 32)
      // Dropout draws anew each time, evaluation nothing at all.
      let (a, b) = try noGrad { (try model(x), try model(x)) }
      #expect(try !a.equal(b))
      model.eval()
      let (c, d) = try noGrad { (try model(x), try model(x)) }
      #expect(try c.equal(d))

      // Fine-tuning leaves frozen features alone, bit for bit.
      model.train()
      try model.features.requiresGrad_(false)
      let last = try model.classifier[6, as: Linear.self]
      let frozen = try model.features[0, as: Conv2d.self].weight.clone()
      let before = try last.weight.detach().clone()
      let optimizer = try SGD(last.parameters(), lr: 0.1)
      try CrossEntropyLoss()(model(x), Tensor([3])).backward()
      try optimizer.step()
      #expect(try model.features[0, as: Conv2d.self].weight.equal(frozen))
      #expect(try model.features[0, as: Conv2d.self].weight.grad == nil)
      #expect(try !last.weight.detach().equal(before))
    }
  }

  @Test func resnet18IsTorchvisions() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let model = resnet18()
      try expectGolden(model, "torchvision.models.resnet18()")
      #expect(try model(Tensor.rand(2, 3, 32, 32)).shape == [2, 1000])
      let quiet = resnet18(numClasses: 3, zeroInitResidual: true)
      let block = try quiet.layer1[0, as: BasicBlock.self]
      #expect(try block.bn2.weight?.abs().sum().item() == 0)
      #expect(try block.bn1.weight?.sum().item() == 64)
    }
  }

  @Test func refuses() throws {
    let short = ResNet(BasicBlock.self, [1, 1], numClasses: 2)
    #expect(throws: TensorError.self) { try short(Tensor.ones(1, 3, 32, 32)) }
    #expect(short.initializationError?.message.contains("four groups") == true)
  }

  @Test func classesHaveNames() {
    let names = ImageNet.categories
    #expect(Set(names).count == 1000 && names.count == 1000)
    #expect(names.first == "tench" && names.last == "toilet tissue")
    #expect(names[207] == "golden retriever" && !names.contains { $0.hasPrefix(" ") || $0.isEmpty })
  }

  @Test func presetsPrintAsTorchvisions() throws {
    #expect(
      ImageClassification(cropSize: 224, resizeSize: 232).description == """
        ImageClassification(
            crop_size=[224]
            resize_size=[232]
            mean=[0.485, 0.456, 0.406]
            std=[0.229, 0.224, 0.225]
            interpolation=InterpolationMode.BILINEAR
        )
        """)
    let image = try Tensor.full([3, 300, 260], 255, dtype: .uint8)
    let ready = try ImageClassification(cropSize: 224)(image)
    #expect(ready.shape == [3, 224, 224])
    try expectClose(
      ready.mean(dims: [1, 2]),
      (1 - Tensor([0.485, 0.456, 0.406])) / Tensor([0.229, 0.224, 0.225]),
      rtol: 1e-5, atol: 0, "white")
  }
}
