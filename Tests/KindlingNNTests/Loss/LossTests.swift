import Kindling
import Testing
import _TestExpectations

/// Values, gradients of both arguments, gradients of gradients and graphs of the losses.
struct LossTests {
  typealias Body =
    @Sendable (_ input: Tensor, _ target: Tensor, _ data: [String: Tensor], Reduction) throws ->
    Tensor

  static let bodies: [String: Body] = [
    "mse": { a, b, _, r in try F.mseLoss(a, b, reduction: r) },
    "mse_weight": { a, b, d, r in try F.mseLoss(a, b, weight: d["we"], reduction: r) },
    "mse_broadcast": { a, b, _, r in try F.mseLoss(a, b, reduction: r) },
    "l1": { a, b, _, r in try F.l1Loss(a, b, reduction: r) },
    "l1_weight": { a, b, d, r in try F.l1Loss(a, b, weight: d["we"], reduction: r) },
    "smooth_l1": { a, b, _, r in try F.smoothL1Loss(a, b, reduction: r, beta: 0.5) },
    "smooth_l1_0": { a, b, _, r in try F.smoothL1Loss(a, b, reduction: r, beta: 0) },
    "huber": { a, b, _, r in try F.huberLoss(a, b, reduction: r, delta: 0.7) },
    "ce": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "ce_byte": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "ce_ignore": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "ce_weight": { a, b, d, r in try F.crossEntropy(a, b, weight: d["w"], reduction: r) },
    "ce_smooth": { a, b, _, r in try F.crossEntropy(a, b, reduction: r, labelSmoothing: 0.1) },
    "ce_smooth_weight": { a, b, d, r in
      try F.crossEntropy(a, b, weight: d["w"], reduction: r, labelSmoothing: 0.1)
    },
    "ce_probabilities": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "ce_probabilities_all": { a, b, d, r in
      try F.crossEntropy(a, b, weight: d["w"], reduction: r, labelSmoothing: 0.2)
    },
    "ce_4d": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "ce_4d_smooth": { a, b, d, r in
      try F.crossEntropy(a, b, weight: d["w3"], reduction: r, labelSmoothing: 0.1)
    },
    "ce_4d_probabilities": { a, b, d, r in try F.crossEntropy(a, b, weight: d["w3"], reduction: r)
    },
    "ce_1d": { a, b, _, r in try F.crossEntropy(a, b, reduction: r) },
    "nll": { a, b, _, r in try F.nllLoss(a, b, reduction: r) },
    "nll_4d": { a, b, d, r in try F.nllLoss(a, b, weight: d["w3"], ignoreIndex: 1, reduction: r) },
    "bce": { a, b, _, r in try F.binaryCrossEntropy(a, b, reduction: r) },
    "bce_weight": { a, b, d, r in try F.binaryCrossEntropy(a, b, weight: d["w"], reduction: r) },
    "bce_logits": { a, b, _, r in try F.binaryCrossEntropyWithLogits(a, b, reduction: r) },
    "bce_logits_weight": { a, b, d, r in
      try F.binaryCrossEntropyWithLogits(a, b, weight: d["we"], reduction: r)
    },
    "bce_logits_pos": { a, b, d, r in
      try F.binaryCrossEntropyWithLogits(a, b, reduction: r, posWeight: d["w"])
    },
    "bce_logits_all": { a, b, d, r in
      try F.binaryCrossEntropyWithLogits(a, b, weight: d["we"], reduction: r, posWeight: d["w"])
    },
    "kl": { a, b, _, r in try F.klDiv(a, b, reduction: r) },
    "kl_log": { a, b, _, r in try F.klDiv(a, b, reduction: r, logTarget: true) },
  ]

  struct Case: CustomTestStringConvertible, Sendable {
    let record: JSONValue
    var testDescription: String {
      "\(record["name"]?.string ?? "") \(record["reduction"]?.string ?? "")"
    }
  }

  static let golden = (try? Golden.json("losses/losses.json")) ?? .null
  static let cases = (golden["cases"]?.array ?? []).map(Case.init)

  private func data() throws -> [String: Tensor] {
    try (Self.golden["inputs"]?.object ?? [:]).mapValues { entry in
      let dtype = try #require(DType.allCases.first { "\($0)" == entry["dtype"]?.string })
      let values = (entry["values"]?.array ?? []).compactMap(\.double)
      return try Tensor(values, dtype: dtype).reshape(entry["shape"]?.ints ?? [])
    }
  }

  @Test func referenceIsThere() {
    #expect(Self.cases.count == 92)
    #expect(Set(Self.cases.compactMap { $0.record["name"]?.string }) == Set(Self.bodies.keys))
  }

  @Test(arguments: cases) func matches(_ test: Case) throws {
    let record = test.record
    let body = try #require(Self.bodies[record["name"]?.string ?? ""])
    let reduction = try #require(Reduction(rawValue: record["reduction"]?.string ?? ""))
    let data = try data()
    let input = try #require(data[record["input"]?.string ?? ""]).requiresGrad_()
    let target = try #require(data[record["target"]?.string ?? ""])

    let plain = try body(input, target, data, reduction)
    #expect(plain.shape == record["shape"]?.ints)
    try expectClose(plain, record["value"], rtol: 1e-9, atol: 1e-12, "value")
    #expect(graph(plain.gradFn) == record["graph"])

    if target.dtype.isFloatingPoint { try target.requiresGrad_() }
    let loss = try body(input, target, data, reduction)
    let factors = try Tensor.arange(1, loss.numel + 1, dtype: .float64).reshape(loss.shape)
    let total = try (loss * factors).sum()
    try total.backward(createGraph: true)
    let gradient = try #require(input.grad)
    try expectClose(
      gradient, record["grad_input"], rtol: 1e-9, atol: 1e-12, "gradient of the input")
    if record["grad_target"]?.array != nil {
      try expectClose(
        #require(target.grad), record["grad_target"], rtol: 1e-9, atol: 1e-12,
        "gradient of the target")
    }
    guard let second = record["second"]?.array else { return }
    guard gradient.requiresGrad else {
      // The gradient of a linear loss depends on nothing.
      #expect(second.allSatisfy { $0.double == 0 })
      return
    }
    input.grad = nil
    try gradient.pow(2).sum().backward()
    try expectClose(
      #require(input.grad), record["second"], rtol: 1e-9, atol: 1e-12, "gradient of the gradient")
  }

  private func graph(_ node: Node?) -> JSONValue {
    guard let node else { return .null }
    return .array([.string(node.name)] + node.nextFunctions.map { graph($0?.node) })
  }

  @Test func half() throws {
    let x = try Tensor([[0.5, 1.0], [2.0, -1.0]], dtype: .float16).requiresGrad_()
    let loss = try F.crossEntropy(x, Tensor([0, 1]))
    #expect(loss.dtype == .float16)
    try loss.backward()
    #expect(x.grad?.dtype == .float16)
  }

  @Test func emptyBatches() throws {
    let x = try Tensor.zeros(0, 4), labels = try Tensor.zeros([0], dtype: .int64)
    #expect(try F.crossEntropy(x, labels).item().isNaN)
    #expect(try F.crossEntropy(x, labels, reduction: .sum).item() == 0)
    #expect(try F.crossEntropy(x, labels, reduction: .none).shape == [0])
    #expect(try F.crossEntropy(Tensor.zeros(2, 4), Tensor([-100, -100])).item().isNaN)
  }

  @Test func oneHotRows() throws {
    #expect(try F.oneHot(Tensor([0, 2])).toArray(as: Int.self) == [1, 0, 0, 0, 0, 1])
    #expect(try F.oneHot(Tensor([0]), numClasses: 2).shape == [1, 2])
    #expect(try F.oneHot(Tensor.zeros([0], dtype: .int64), numClasses: 3).shape == [0, 3])
  }

  @Test func dropoutDrawsOnlyWhenItMust() throws {
    let x = try Tensor.ones(4, 4)
    #expect(try F.dropout(x, p: 0.5, training: false) === x)
    #expect(try F.dropout(x, p: 0) === x)
    #expect(try F.dropout(x, p: 1).sum().item() == 0)
    let layer = Dropout(0.5)
    #expect(try layer.eval()(x) === x)
    let kept = try layer.train()(x).toArray(as: Double.self)
    #expect(kept.allSatisfy { $0 == 0 || $0 == 2 })
  }

  @Test func whatDoesNotFitThrows() throws {
    let x = try Tensor.zeros(3, 4), labels = Tensor([0, 1, 2])
    expectRefusal("nll_loss: Target 10 is out of bounds. With 4 classes, targets are 0 to 3…") {
      try F.crossEntropy(x, Tensor([0, 1, 10]))
    }
    expectRefusal("…Target -1 is out of bounds…") { try F.crossEntropy(x, Tensor([0, -1, 1])) }
    expectRefusal(
      "…expected target dtype to be Long or Byte, but got Int; convert the labels with to(.int64)"
    ) { try F.crossEntropy(x, labels.to(.int32)) }
    expectRefusal("nll_loss: expected target dtype to be Long or Byte, but got Float…") {
      try F.nllLoss(x, labels.to(.float32))
    }
    expectRefusal("nll_loss: Expected input batch_size (3) to match target batch_size (2).") {
      try F.crossEntropy(x, Tensor([0, 1]))
    }
    expectRefusal("…multi-target not supported…") { try F.crossEntropy(x, labels.reshape(3, 1)) }
    expectRefusal("nll_loss: weight tensor should be defined either for all 4 classes…") {
      try F.crossEntropy(x, labels, weight: Tensor.ones(3))
    }
    expectRefusal("cross_entropy: weight tensor should be defined either for all 4 classes…") {
      try F.crossEntropy(x, x, weight: Tensor.ones(3))
    }
    expectRefusal("nll_loss: expected scalar type Float but found Double…") {
      try F.crossEntropy(x, labels, weight: Tensor.ones([4], dtype: .float64))
    }
    expectRefusal("cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: 1.5") {
      try F.crossEntropy(x, labels, labelSmoothing: 1.5)
    }
    expectRefusal("…Expected floating point type for target with class probabilities…") {
      try F.crossEntropy(x, x.to(.int64))
    }
    expectRefusal("cross_entropy: ignore_index is not supported for floating point target") {
      try F.crossEntropy(x, x, ignoreIndex: 1)
    }
    expectRefusal("cross_entropy: …it is 0D") { try F.crossEntropy(Tensor(1.0), Tensor(0)) }
    expectRefusal("…not implemented for 'Long'…") { try F.crossEntropy(x.to(.int64), labels) }
    expectRefusal("mse_loss: batchmean is not a valid value for reduction…") {
      try F.mseLoss(x, x, reduction: .batchmean)
    }
    expectRefusal("…size mismatch (got input: [1, 3, 2, 2], target: [1, 2, 3])…") {
      try F.nllLoss(Tensor.zeros(1, 3, 2, 2), Tensor.zeros([1, 2, 3], dtype: .int64))
    }
    expectRefusal("sub: …must match the size of tensor b…") { try F.mseLoss(x, Tensor.zeros(3, 5)) }
    expectRefusal("…\"mse_loss\" not implemented for 'Long'…") { try F.mseLoss(labels, labels) }
    expectRefusal("mse_loss: Weights and input must have the same size, but got [4] and [3, 4]") {
      try F.mseLoss(x, x, weight: Tensor.ones(4))
    }
    expectRefusal("smooth_l1_loss: …does not support negative values for beta…") {
      try F.smoothL1Loss(x, x, beta: -1)
    }
    expectRefusal("huber_loss: …does not support non-positive values for delta…") {
      try F.huberLoss(x, x, delta: 0)
    }
    expectRefusal(
      "…all elements of input should be between 0 and 1, but they are between 2.0 and 2.0…"
    ) { try F.binaryCrossEntropy(x.add(2), x) }
    expectRefusal("…Using a target size ([3]) that is different to the input size ([3, 4])…") {
      try F.binaryCrossEntropy(x, Tensor.zeros(3))
    }
    expectRefusal("binary_cross_entropy: Found dtype Double but expected Float…") {
      try F.binaryCrossEntropy(x, x.to(.float64))
    }
    expectRefusal("…Target size ([3]) must be the same as input size ([3, 4])") {
      try F.binaryCrossEntropyWithLogits(x, Tensor.zeros(3))
    }
    expectRefusal("…can't be cast to the desired output type Long; convert it with to(.float32)") {
      try F.binaryCrossEntropyWithLogits(x, x.to(.int64))
    }
    expectRefusal("mul: …must match…") { try F.klDiv(x, Tensor.zeros(3, 5)) }
    expectRefusal("dropout: dropout probability has to be between 0 and 1, but got 1.5") {
      try Dropout(1.5)(x)
    }
    expectRefusal("dropout: …convert the input with to(.float32)") { try F.dropout(labels) }
    expectRefusal("one_hot: Class values must be smaller than num_classes.") {
      try F.oneHot(labels, numClasses: 2)
    }
    expectRefusal("one_hot: Class values must be non-negative.") { try F.oneHot(Tensor([-1])) }
    expectRefusal("…only applicable to index tensor of type LongTensor…") { try F.oneHot(x) }
    expectRefusal("one_hot: Can not infer total number of classes from empty tensor.") {
      try F.oneHot(Tensor.zeros([0], dtype: .int64))
    }
    expectRefusal("linear: …x.to(.float32)…") { try Linear(4, 2)(x.to(.float64)) }
    expectRefusal("linear: mat1 and mat2 must have the same dtype, but got Long and Float…") {
      try Linear(4, 2)(x.to(.int64))
    }
    expectRefusal("…mat1 and mat2 shapes cannot be multiplied (3x4 and 5x2)") {
      try Linear(5, 2)(x)
    }
    expectRefusal("…both arguments to linear need to be at least 1D, but they are 0D and 2D") {
      try Linear(5, 2)(Tensor(1.0))
    }
    expectRefusal("Linear: sizes must not be negative, but got -1…") { try Linear(-1, 2)(x) }
    expectRefusal("Linear: sizes must not be negative, but got -1…") {
      try Linear(-1, 2).forward(x)
    }
    expectRefusal("Linear: …larger than any memory") { try Linear(.max, 2)(x) }
    expectRefusal("flatten: dimension out of range…") { try Flatten(3, 4)(x) }
    expectRefusal("softmax: dimension out of range…") { try Softmax(dim: 2)(x) }
    expectRefusal("…multiply up to the size of dim 1 (4)…") { try Unflatten(1, [3, 2])(x) }
  }
}
