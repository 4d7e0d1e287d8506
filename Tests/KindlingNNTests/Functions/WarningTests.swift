import Kindling
import Testing

/// What PyTorch warns of, in its words.
@Suite struct WarningTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let texts: [String]
    let body: @Sendable () throws -> Void

    init(_ name: String, _ texts: [String], _ body: @escaping @Sendable () throws -> Void) {
      self.name = name
      self.texts = texts
      self.body = body
    }

    var testDescription: String { name }
  }

  static func sizes(_ target: String, _ input: String) -> String {
    "Using a target size (torch.Size(\(target))) that is different to the input size (torch.Size(\(input))). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
  }

  static let corners =
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details."
  static let noOp = "Initializing zero-element tensors is a no-op"

  static func implicit(_ name: String) -> String {
    "Implicit dimension choice for \(name) has been deprecated. Change the call to include dim=X as an argument."
  }

  static let cases: [Case] = [
    Case("mse", [sizes("[4]", "[4, 1]")]) {
      let x = try Tensor.arange(4.0)
      let loss = try F.mseLoss(x.view(4, 1), x)
      #expect(try loss.item() == 2.5)
    },
    Case("mse of equal sizes", []) { _ = try F.mseLoss(.ones(4, 1), .ones(4, 1)) },
    Case("mse module", [sizes("[2]", "[3, 2]")]) { _ = try MSELoss()(.ones(3, 2), .ones(2)) },
    Case("weighted mse", [sizes("[1]", "[2]")]) {
      _ = try F.mseLoss(.ones(2), .ones(1), weight: .ones(2))
    },
    Case("l1", [sizes("[]", "[2]")]) { _ = try F.l1Loss(.ones(2), Tensor(1.0)) },
    Case("smooth l1", [sizes("[2]", "[2, 2]")]) { _ = try F.smoothL1Loss(.ones(2, 2), .ones(2)) },
    Case("smooth l1, beta 0", [sizes("[2]", "[2, 2]")]) {
      _ = try F.smoothL1Loss(.ones(2, 2), .ones(2), beta: 0)
    },
    Case("huber", [sizes("[2, 1]", "[2, 2]")]) { _ = try F.huberLoss(.ones(2, 2), .ones(2, 1)) },
    Case(
      "kl_div",
      [
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release."
      ]
    ) { _ = try F.klDiv(.ones(2, 2), .ones(2, 2)) },
    Case("kl_div, batchmean", []) {
      _ = try F.klDiv(.ones(2, 2), .ones(2, 2), reduction: .batchmean)
    },
    Case("softmax", [implicit("softmax")]) { _ = try F.softmax(.ones(2, 2)) },
    Case("log_softmax", [implicit("log_softmax")]) { _ = try LogSoftmax()(.ones(2, 2)) },
    Case("softmin", [implicit("softmin")]) { _ = try Softmin()(.ones(2, 2)) },
    Case("softmax of a dimension", []) { _ = try F.softmax(.ones(2, 2), dim: 1) },
    Case(
      "dropout2d of 3 dimensions",
      [
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead."
      ]
    ) { _ = try F.dropout2d(.ones(2, 2, 2)) },
    Case(
      "dropout2d of 2 dimensions",
      [
        "dropout2d: Received a 2-D input to dropout2d, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel dimension, and an optional batch dimension (i.e. 3D or 4D inputs)."
      ]
    ) { _ = try Dropout2d()(.ones(2, 2)) },
    Case("dropout2d of 4 dimensions", []) { _ = try F.dropout2d(.ones(2, 2, 2, 2)) },
    Case(
      "dropout3d of 3 dimensions",
      [
        "dropout3d: Received a 3-D input to dropout3d, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that dropout3d exists to provide channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, and an optional batch dimension (i.e. 4D or 5D inputs)."
      ]
    ) { _ = try F.dropout3d(.ones(2, 2, 2)) },
    Case("grid_sample", [corners]) {
      _ = try F.gridSample(.ones(1, 1, 2, 2), .zeros(1, 2, 2, 2))
    },
    Case("grid_sample, told", []) {
      _ = try F.gridSample(.ones(1, 1, 2, 2), .zeros(1, 2, 2, 2), alignCorners: false)
    },
    Case("affine_grid", [corners]) { _ = try F.affineGrid(.ones(1, 2, 3), [1, 1, 2, 2]) },
    Case(
      "affine_grid of one row",
      [
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an intended use case of affine_grid. See the documentation of affine_grid for details."
      ]
    ) { _ = try F.affineGrid(.ones(1, 2, 3), [1, 1, 1, 2], alignCorners: true) },
    Case(
      "masks of two dtypes",
      [
        "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead."
      ]
    ) {
      let x = try Tensor.ones(2, 1, 4)
      _ = try MultiheadAttention(4, 2)(
        x, x, x, keyPaddingMask: .zeros(1, 2, dtype: .bool), attnMask: .zeros(2, 2))
    },
    Case("kaiming_uniform_", [noOp]) { try Init.kaimingUniform_(.empty(0, 2)) },
    Case("kaiming_normal_", [noOp]) { try Init.kaimingNormal_(.empty(2, 0)) },
    Case("a linear layer of no inputs", [noOp]) { _ = Linear(0, 2) },
    Case(
      "trunc_normal_",
      [
        "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect."
      ]
    ) { try Init.truncNormal_(.empty(2), mean: 5) },
    Case(
      "instance norm of other channels",
      [
        "input's size at dim=1 does not match num_features. You can silence this warning by not passing in num_features, which is not used because affine=False"
      ]
    ) { _ = try InstanceNorm1d(3)(.ones(1, 2, 4)) },
  ]

  @Test(arguments: cases) func warns(_ test: Case) throws {
    let warnings = try Warnings.recorded(test.body).warnings
    #expect(warnings.map(\.message) == test.texts)
  }
}
