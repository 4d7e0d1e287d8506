import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let linear = [
    linear(Linear.self) { Linear($0, $1, bias: $2) },
    linear(NonDynamicallyQuantizableLinear.self) {
      NonDynamicallyQuantizableLinear($0, $1, bias: $2)
    },
    ModuleForm(
      Bilinear.self, "torch.nn.modules.linear.Bilinear",
      attributes: {
        [
          "in1_features": .int($0.in1Features), "in2_features": .int($0.in2Features),
          "out_features": .int($0.outFeatures),
        ]
      },
      make: {
        let inputs = (try $0.int("in1_features"), try $0.int("in2_features"))
        let outputs = try $0.int("out_features")
        try $0.require("weight", [outputs, inputs.0, inputs.1])
        return Bilinear(inputs.0, inputs.1, outputs, bias: $0.has("bias"))
      }),
    ModuleForm(Identity.self, "torch.nn.modules.linear.Identity") { _ in Identity() },
    ModuleForm(
      Flatten.self, "torch.nn.modules.flatten.Flatten",
      attributes: { ["start_dim": .int($0.startDim), "end_dim": .int($0.endDim)] },
      make: { Flatten(try $0.int("start_dim"), try $0.int("end_dim")) }),
    ModuleForm(
      Unflatten.self, "torch.nn.modules.flatten.Unflatten",
      attributes: { ["dim": .int($0.dim), "unflattened_size": .tuple($0.unflattenedSize)] },
      make: { Unflatten(try $0.int("dim"), try $0.ints("unflattened_size")) }),
  ]

  private static func linear<Layer: Linear>(
    _ type: Layer.Type, make: @escaping @Sendable (Int, Int, Bool) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.linear.\(type)",
      attributes: { ["in_features": .int($0.inFeatures), "out_features": .int($0.outFeatures)] },
      make: {
        let (inputs, outputs) = (try $0.int("in_features"), try $0.int("out_features"))
        try $0.require("weight", [outputs, inputs])
        return make(inputs, outputs, $0.has("bias"))
      })
  }

  static let attention = [
    ModuleForm(
      MultiheadAttention.self, "torch.nn.modules.activation.MultiheadAttention",
      attributes: { layer in
        let numbers: CheckpointValue = [
          "embed_dim": .int(layer.embedDim), "kdim": .int(layer.kdim), "vdim": .int(layer.vdim),
          "_qkv_same_embed_dim": .bool(layer.inProjWeight != nil),
          "num_heads": .int(layer.numHeads), "dropout": .double(layer.dropout),
          "batch_first": .bool(layer.batchFirst),
          "head_dim": .int(layer.embedDim / max(layer.numHeads, 1)),
          "add_zero_attn": .bool(layer.addZeroAttn),
        ]
        // In PyTorch, these are plain attributes unless they are parameters.
        let biases: CheckpointValue = layer.biasK == nil ? ["bias_k": nil, "bias_v": nil] : [:]
        return .dictionary((numbers.pairs ?? []) + (biases.pairs ?? []))
      },
      make: {
        let (width, heads) = (try $0.int("embed_dim"), try $0.int("num_heads"))
        let (keys, values) = (try $0.int("kdim"), try $0.int("vdim"))
        if keys == width && values == width {
          try $0.require("in_proj_weight", [width &* 3, width])
        } else {
          try $0.require("q_proj_weight", [width, width])
          try $0.require("k_proj_weight", [width, keys])
          try $0.require("v_proj_weight", [width, values])
        }
        return MultiheadAttention(
          width, heads, dropout: try $0.double("dropout"), bias: $0.has("in_proj_bias"),
          addBiasKV: $0.has("bias_k"), addZeroAttn: try $0.bool("add_zero_attn"), kdim: keys,
          vdim: values, batchFirst: try $0.bool("batch_first"))
      })
  ]
}
