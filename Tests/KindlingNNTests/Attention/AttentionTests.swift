import Kindling
import Testing
import _TestExpectations

/// Attention: refusals, masks that hide everything, and the causal hint.
@Suite struct AttentionTests {
  @Test func refusals() throws {
    let q = try Tensor.ones(1, 2, 3, 4), flat = try Tensor.ones(3, 4)
    expectRefusal("scaled_dot_product_attention: …at least 2 dimensional…") {
      try F.scaledDotProductAttention(Tensor([1.0]), q, q)
    }
    expectRefusal("…Explicit attn_mask should not be set when is_causal=True") {
      try F.scaledDotProductAttention(q, q, q, attnMask: Tensor.zeros(3, 3), isCausal: true)
    }
    expectRefusal("scaled_dot_product_attention: …to have the same dtype…") {
      try F.scaledDotProductAttention(q, q.to(.float64), q)
    }
    expectRefusal("bilinear: …input1 size does not match weight size: got 4 but expected 5") {
      try F.bilinear(flat, flat, Tensor.ones(2, 5, 4))
    }
    let attention = MultiheadAttention(4, 2)
    expectRefusal("…unbatched 2D or batched 3D…") { try attention(q, q, q) }
    expectRefusal("…Need attn_mask if specifying the is_causal hint…") {
      try attention(flat, flat, flat, isCausal: true)
    }
    expectRefusal("multi_head_attention_forward: …should be [3, 3]…") {
      try attention(flat, flat, flat, attnMask: Tensor.zeros(2, 2))
    }
    expectRefusal("MultiheadAttention: …embed_dim divisible by num_heads…") {
      try MultiheadAttention(4, 3)(flat, flat, flat)
    }
  }

  @Test func refusesHeadsWithoutEnd() throws {
    let empty = try Tensor.zeros(1, 2, 0)
    expectRefusal("MultiheadAttention: …embed_dim divisible by num_heads…") {
      try MultiheadAttention(0, .max)(empty, empty, empty)
    }
  }

  @Test func attentionAgreesBothWays() throws {
    try withDefaultGenerator(Generator(seed: 2)) {
      let attention = MultiheadAttention(6, 2, batchFirst: true)
      let x = try Tensor.randn(2, 4, 6), mask = try Tensor.ones(4, 4, dtype: .bool).triu(1)
      let a = try attention(x, x, x, attnMask: mask)
      let b = try attention(x, x, x, needWeights: false, attnMask: mask)
      #expect(try a.output.allclose(b.output, rtol: 1e-4, atol: 1e-6))
      #expect(a.weights?.shape == [2, 4, 4] && b.weights == nil)
      #expect(a.output.shape == [2, 4, 6])
    }
  }

  @Test func attentionThatSeesNothingKeepsFiniteGradients() throws {
    let q = try Tensor([[0.5, -1.0], [1.0, 2.0]]).requiresGrad_()
    let k = try Tensor([[1.0, 0.0], [0.0, 1.0]]).requiresGrad_()
    let mask = try Tensor([[-Double.infinity, -.infinity], [0, 0]]).requiresGrad_()
    for (shape, bool) in [([1, 2, 2], false), ([1, 1, 2, 2], false), ([1, 1, 2, 2], true)] {
      for leaf in [q, k, mask] { leaf.grad = nil }
      let given = bool ? try mask.eq(0) : mask
      let y = try F.scaledDotProductAttention(
        q.view(shape), k.view(shape), k.view(shape), attnMask: given)
      try y.sum().backward()
      try expectClose(y.view(4), [0, 0, 0.33023846, 0.66976154], rtol: 1e-5, "output")
      let (dq, dk) = (try #require(q.grad), try #require(k.grad))
      try expectClose(dq.view(4), [0, 0, 0, 0], atol: 1e-6, "query")
      try expectClose(
        dk.view(4), [0.33023846, 0.33023846, 0.66976154, 0.66976154], rtol: 1e-5, "key")
      if !bool {
        try expectClose(#require(mask.grad).view(4), [0, 0, 0, 0], atol: 1e-6, "mask")
      }
    }
  }

  @Test func aPaddedSampleLeavesTheParametersFinite() throws {
    let attention = MultiheadAttention(4, 2, batchFirst: true)
    let x = try Tensor.randn(2, 3, 4).requiresGrad_()
    let padding = try Tensor([[true, true, true], [false, false, true]])
    try attention(x, x, x, keyPaddingMask: padding, needWeights: false).output.sum().backward()
    for (name, parameter) in attention.namedParameters() {
      let grad = try #require(parameter.grad, "\(name)")
      #expect(try grad.isfinite().all().item(as: Bool.self), "\(name)")
    }
    #expect(try #require(x.grad)[0].eq(0).all().item(as: Bool.self))
  }

  /// Without weights and padding the hint replaces the mask, and the appended key comes last.
  @Test func causalHintOfAttentionWithAppendedKeys() throws {
    try withDefaultGenerator(Generator(seed: 3)) {
      let attention = MultiheadAttention(4, 2, addBiasKV: true)
      let x = try Tensor.randn(3, 1, 4)
      let mask = try Tensor.full([3, 3], -Double.infinity).triu(1)
      func output(
        _ mask: Tensor, weights: Bool = false, padding: Tensor? = nil
      ) throws -> [Float] {
        let y = try attention(
          x, x, x, keyPaddingMask: padding, needWeights: weights, attnMask: mask, isCausal: true)
        return try y.output.flatten().narrow(0, 0, 4).toArray(as: Float.self)
      }
      let seen: [Float] = [0.1835935413837433, -0.2667102813720703, 0.0270606, 0.2340465188]
      let unseen: [Float] = [-0.1128521338, -0.3236806095, 0.0867161304, 0.0043997262]
      try expectClose(output(mask), unseen, atol: 1e-6)
      try expectClose(output(Tensor.zeros(3, 3)), unseen, atol: 1e-6)
      try expectClose(output(mask, weights: true), seen, atol: 1e-6)
      try expectClose(output(mask, padding: Tensor.zeros(1, 3)), seen, atol: 1e-6)
    }
  }
}
