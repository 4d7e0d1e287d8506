import Kindling
import Testing

private func leaf(_ shape: Int...) throws -> Tensor { try Tensor.ones(shape, requiresGrad: true) }

private struct Identity: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] { [inputs[0]] }
  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] { gradients }
}

/// What fails in PyTorch fails here, at the same point.
///
/// The first cases are those of `autograd.json`.
let failureCases: [FailureCase] = [
  FailureCase("backward_twice", "backward: Trying to backward through the graph a second time…") {
    let x = try leaf(2)
    let y = try (x * x).sum()
    try y.backward()
    try y.backward()
  },
  FailureCase("detached_saved_tensor", "backward: …saved tensor that has been detached in-place…") {
    let y = try leaf(2).exp()
    let z = try y.angle()
    try y.detach_()
    try z.sum().backward()
  },
  FailureCase("inference_tensor_saved", "…Inference tensors cannot be saved for backward…") {
    let w = try inferenceMode { try Tensor.ones(2) * 2 }
    _ = try leaf(2) * w
  },
  FailureCase("use_of_a_changed_base_of_several_views", "…is a view and its base or another view…")
  {
    let y = try leaf(2) * 1
    let parts = try y.split(1)
    try y.mul_(2)
    _ = try parts[0] + 1
  },
  FailureCase("view_of_a_changed_base_of_several_views", "…is a view and its base or another view…")
  {
    let y = try leaf(2, 1) * 1
    let parts = try y.split(1)
    try y.mul_(2)
    _ = try parts[0].mT
  },
  FailureCase("use_of_a_view_made_without_recording", "…A view was created in noGrad mode…") {
    let y = try leaf(2) * 1
    let view = try noGrad { try y.view(2) }
    try y.mul_(2)
    _ = try view.log()
  },
  FailureCase("custom_function_of_a_lost_view", "Identity: A view was created in noGrad mode…") {
    let y = try leaf(2) * 1
    let view = try noGrad { try y.view(2) }
    _ = try noGrad { try y.mul_(2) }
    _ = try Identity().apply(view)
  },
  FailureCase("quantile_of_a_changed_row", "…has been modified by an inplace operation…") {
    let y = try leaf(4) * 1
    let q = try y.quantile(0.3)
    try y.div_(2)
    try q.backward()
  },
  FailureCase("aminmax_backward_twice", "…Trying to backward through the graph a second time…") {
    let (low, high) = try leaf(2).aminmax()
    try low.backward()
    try high.backward()
  },
  FailureCase("aminmax_modified_output", "backward: …has been modified by an inplace operation…") {
    let (low, high) = try leaf(2).aminmax()
    try low.div_(-1)
    try high.backward()
  },
  FailureCase("backward_nonscalar", "…grad can be implicitly created only for scalar outputs…") {
    try (leaf(2) * 2).backward()
  },
  FailureCase(
    "inplace_leaf", "…a leaf Variable that requires grad is being used in an in-place operation…"
  ) {
    try leaf(2).add_(1)
  },
  FailureCase(
    "inplace_leaf_setitem", "…a view of a leaf Variable that requires grad is being used…"
  ) {
    try leaf(2).select(0, 0).fill_(3)
  },
  FailureCase(
    "inplace_view_of_leaf", "…a view of a leaf Variable that requires grad is being used…"
  ) {
    try leaf(2).view(2).mul_(2)
  },
  FailureCase("modified_saved_tensor", "backward: …has been modified by an inplace operation…") {
    let y = try leaf(2).exp()
    try y.add_(1)
    try y.sum().backward()
  },
  FailureCase("modified_saved_input", "backward: …is at version 1; expected version 0 instead…") {
    let w = try Tensor.ones(2)
    let y = try leaf(2) * w
    try w.mul_(2)
    try y.sum().backward()
  },
  FailureCase(
    "no_grad_fn", "…element 0 of tensors does not require grad and does not have a grad_fn…"
  ) {
    try Tensor.ones(2).sum().backward()
  },
  FailureCase("backward_under_no_grad", "backward: element 0 of tensors does not require grad…") {
    let x = try leaf(2)
    try noGrad { try x.sum() }.backward()
  },
  FailureCase(
    "requires_grad_integer", "…only Tensors of floating point dtype can require gradients…"
  ) {
    try Tensor.ones(2, dtype: .int64).requiresGrad_()
  },
  FailureCase(
    "grad_shape_mismatch",
    "backward: Mismatch in shape: gradient[0] has a shape of [3] and output[0] has a shape of [2]"
  ) {
    try (leaf(2) * 2).backward(Tensor.ones(3))
  },
  FailureCase("unused_input", "grad: …appears to not have been used in the graph…") {
    let x = try leaf(2), u = try leaf(2)
    _ = try grad(of: (x * 2).sum(), withRespectTo: u)
  },
  FailureCase("grad_nonscalar", "grad: grad can be implicitly created only for scalar outputs…") {
    let x = try leaf(2)
    _ = try grad(of: x * 2, withRespectTo: x)
  },
  FailureCase(
    "nonleaf_requires_grad_false", "…you can only change requiresGrad flags of leaf variables…"
  ) {
    try (leaf(2) * 2).requiresGrad_(false)
  },
  FailureCase("item_many", "item: a Tensor with 2 elements cannot be converted to Scalar") {
    _ = try Tensor.ones(2).item()
  },
  FailureCase(
    "shape_mismatch_add", "add: …must match the size of tensor b (4) at non-singleton dimension 1…"
  ) {
    _ = try Tensor.ones(2, 3) + Tensor.ones(4)
  },
  FailureCase("shape_mismatch_mm", "mm: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x2)") {
    _ = try Tensor.ones(2, 3).matmul(Tensor.ones(4, 2))
  },
  FailureCase("dtype_mismatch_mm", "mm: …dtype…") {
    _ = try Tensor.ones(2, 3).matmul(Tensor.ones(3, 2, dtype: .float64))
  },
  FailureCase("linear_double_input", "linear: …dtype…") {
    _ = try Linear(4, 3)(Tensor.ones(2, 4, dtype: .float64))
  },
  FailureCase("linear_long_input", "linear: …dtype…") {
    _ = try Linear(4, 3)(Tensor.ones(2, 4, dtype: .int64))
  },
  FailureCase("linear_wrong_features", "addmm: …shapes cannot be multiplied…") {
    _ = try Linear(4, 3)(Tensor.ones(2, 5))
  },
  FailureCase("view_size", "…is invalid for input of size 6") { _ = try Tensor.ones(6).view(4, 2) },
  FailureCase("view_stride", "…at least one dimension spans across two contiguous subspaces…") {
    _ = try Tensor.ones(2, 3).t().view(6)
  },
  FailureCase("reshape_two_minus_one", "reshape: only one dimension can be inferred…") {
    _ = try Tensor.ones(6).reshape(-1, -1)
  },
  FailureCase("cat_mismatch", "cat: Sizes of tensors must match except in dimension 0…") {
    _ = try Tensor.cat([Tensor.ones(2, 3), Tensor.ones(2, 4)])
  },
  FailureCase("stack_mismatch", "stack: stack expects each tensor to be equal size…") {
    _ = try Tensor.stack([Tensor.ones(2), Tensor.ones(3)])
  },
  FailureCase("index_out_of_range", "…out of…") { _ = try Tensor.ones(3).select(0, 5) },
  FailureCase(
    "dim_out_of_range", "…dimension out of range (expected to be in range of [-2, 1], but got 2)"
  ) {
    _ = try Tensor.ones(2, 3).sum(dim: 2)
  },
  FailureCase("expand_bad", "…must match the existing size (2) at non-singleton dimension 0…") {
    _ = try Tensor.ones(2, 3).expand([4, 3])
  },
  FailureCase(
    "squeeze_bad", "…dimension out of range (expected to be in range of [-2, 1], but got 3)"
  ) {
    _ = try Tensor.ones(2).unsqueeze(3)
  },
  FailureCase("cross_entropy_target_range", "nll_loss: Target 3 is out of bounds…") {
    _ = try F.crossEntropy(Tensor.ones(2, 3), Tensor([0, 3]))
  },
  FailureCase("cross_entropy_float_target", "nll_loss: expected…") {
    _ = try F.crossEntropy(Tensor.ones(2, 3), Tensor([0.0, 1.0]))
  },
  FailureCase(
    "cross_entropy_batch", "…Expected input batch_size (2) to match target batch_size (3)…"
  ) {
    _ = try F.crossEntropy(Tensor.ones(2, 3), Tensor([0, 1, 2]))
  },
  FailureCase("inplace_type_promotion", "add: …can't be cast to the desired output type Long") {
    try Tensor.ones(2, dtype: .int64).add_(0.5)
  },
  FailureCase(
    "inplace_broadcast", "…output with shape [3] doesn't match the broadcast shape [2, 3]"
  ) {
    try Tensor.ones(3).add_(Tensor.ones(2, 3))
  },
  FailureCase("bernoulli_p", "…expects p to be in [0, 1]…") { try Tensor.ones(2).bernoulli_(1.5) },
  FailureCase("dropout_p", "dropout: dropout probability has to be between 0 and 1, but got 1.5") {
    _ = try Dropout(1.5)(Tensor.ones(2))
  },
  FailureCase("optimizer_empty", "optimizer got an empty parameter list") {
    _ = try SGD([Tensor](), lr: 0.1)
  },
  FailureCase("optimizer_negative_lr", "Invalid learning rate: -1") {
    _ = try SGD([leaf(1)], lr: -1)
  },
  FailureCase("optimizer_nonleaf", "can't optimize a non-leaf Tensor…") {
    _ = try SGD([leaf(1) * 2], lr: 0.1)
  },
  FailureCase("arange_bad", "arange: upper bound and lower bound inconsistent with step sign…") {
    _ = try Tensor.arange(5, 0)
  },
  FailureCase(
    "conv_channels", "…expected input[1, 1, 8, 8] to have 3 channels, but got 1 channels…"
  ) {
    _ = try Conv2d(3, 4, 3)(Tensor.ones(1, 1, 8, 8))
  },
  FailureCase("conv_kernel_too_big", "…Kernel size can't be greater than actual input size") {
    _ = try Conv2d(1, 1, 5)(Tensor.ones(1, 1, 3, 3))
  },
  FailureCase("bn_one_value", "batch_norm: Expected more than 1 value per channel when training…") {
    _ = try BatchNorm1d(3)(Tensor.ones(1, 3))
  },
  FailureCase("embedding_range", "embedding: index out of range in self…") {
    _ = try Embedding(3, 2)(Tensor([3]))
  },
  FailureCase("mean_of_int", "…could not infer output dtype…") { _ = try Tensor([1, 2]).mean() },

  FailureCase(
    "requires_grad_integer_ctor",
    "requiresGrad_: only Tensors of floating point dtype can require gradients, but this one is int64"
  ) {
    _ = try Tensor.zeros(2, dtype: .int64, requiresGrad: true)
  },
  FailureCase("bool_many", "item: a Tensor with 2 elements cannot be converted to Scalar") {
    _ = try Tensor.ones(2).item(as: Bool.self)
  },
  FailureCase("bool_empty", "item: a Tensor with 0 elements cannot be converted to Scalar") {
    _ = try Tensor.ones(0).item(as: Bool.self)
  },
  FailureCase("index_tensor_out_of_range", "index 3 is out of bounds for dimension 0 with size 3") {
    _ = try Tensor.ones(3)[Tensor([0, 3])]
  },
  FailureCase("masked_select_shape", "the shape of the mask [2] at index 0 does not match…") {
    _ = try Tensor.ones(3)[Tensor([true, false])]
  },
  FailureCase("tensor_ragged", "Tensor: expected sequence of length 2 at dim 1 (got 1)…") {
    _ = try Tensor([[1, 2], [3]])
  },
  FailureCase(
    "multinomial_negative", "…probability tensor contains either `inf`, `nan` or element < 0…"
  ) {
    _ = try Tensor([-1.0, 2.0]).multinomial(1)
  },
  FailureCase("multinomial_too_many", "…cannot sample n_sample > prob_dist.size(-1) samples…") {
    _ = try Tensor([1.0, 2.0]).multinomial(3)
  },
  FailureCase("randint_empty", "…expects 'from' to be less than 'to', but got from=5 >= to=5") {
    _ = try Tensor.randint(5, 5, [2])
  },

  // MARK: Beyond the file
  FailureCase(
    "view_made_under_noGrad", "…A view was created in noGrad mode and is being modified inplace…"
  ) {
    let y = try leaf(2) * 1
    try noGrad { try y.view(2) }.mul_(2)
  },
  FailureCase("one_of_several_views", "…is the output of a function that returns multiple views…") {
    try (leaf(2, 2) * 1).unbind()[0].mul_(2)
  },
  FailureCase(
    "one_of_several_views_after_a_change",
    "…its base or another view of its base has been modified…"
  ) {
    let y = try leaf(2, 2) * 1
    let part = try y.unbind()[0]
    try y.add_(1)
    try part.sum().backward()
  },
  FailureCase("detach_of_a_view", "detach_: Can't detach views in-place. Use detach() instead.") {
    try (leaf(2) * 1).view(2).detach_()
  },
  FailureCase("inference_in_place", "…Inplace update to inference tensor outside InferenceMode…") {
    try inferenceMode { try Tensor.ones(2) }.add_(1)
  },
  FailureCase("inference_saved", "MulBackward0: Inference tensors cannot be saved for backward…") {
    let q = try inferenceMode { try Tensor.ones(2) }
    try (leaf(2) * q).sum().backward()
  },
  FailureCase("inference_requires_grad", "…Setting requiresGrad=true on inference tensor…") {
    try inferenceMode { try Tensor.ones(2) }.requiresGrad_()
  },
  FailureCase("grad_of_another_shape", "grad: attempting to assign a gradient of size [3]…") {
    try leaf(2).setGrad(Tensor.ones(3))
  },
  FailureCase("grad_of_another_dtype", "…attempting to assign a gradient with dtype float64…") {
    try leaf(2).setGrad(Tensor.ones(2, dtype: .float64))
  },
  FailureCase("assigned_grad_found_later", "…attempting to assign a gradient of size [3, 2]…") {
    let x = try leaf(2)
    x.grad = try Tensor.ones(3, 2)
    try x.sum().backward()
  },
  FailureCase("own_grad", "setGrad: can't assign a tensor as its own grad") {
    let x = try leaf(2)
    try x.setGrad(x)
  },
  FailureCase(
    "hook_without_gradient", "…cannot register a hook on a tensor that doesn't require gradient"
  ) {
    try Tensor.ones(2).registerHook { $0 }
  },
  FailureCase("post_hook_of_a_result", "…cannot be registered on non-leaf tensors") {
    try (leaf(2) * 2).registerPostAccumulateGradHook { _ in }
  },
  FailureCase("retain_without_gradient", "…can't retain_grad on Tensor that has requiresGrad=false")
  {
    try Tensor.ones(2).retainGrad()
  },
  FailureCase("hook_changes_size", "hook: …has changed the size of the gradient…") {
    let y = try leaf(2) * 2
    try y.registerHook { _ in try Tensor.ones(3) }
    try y.sum().backward()
  },
  FailureCase("gradients_and_tensors", "backward: got 2 tensors and 1 gradients") {
    let x = try leaf(1)
    try Autograd.backward([x, x], [Tensor.ones(1)])
  },
  FailureCase("no_inputs", "backward: `inputs` argument to `backward()` cannot be empty") {
    try leaf(1).backward(inputs: [])
  },
  FailureCase("anomaly", "…Function 'SqrtBackward0' returned nan values in its 0th output…") {
    let x = try Tensor.zeros(1, requiresGrad: true)
    try detectAnomaly { try (x.sqrt() * 0).sum().backward() }
  },
  FailureCase("custom_count", "…returned an incorrect number of gradients (expected 2, got 1)") {
    try OneGradient().apply(leaf(1), leaf(1)).backward()
  },
  FailureCase("checkpoint_differs", "checkpoint: a different number of tensors was saved…") {
    var runs = 0
    let y = try checkpoint(
      { (x: Tensor) in
        runs += 1
        return runs == 1 ? try x.exp().sin() : try x.exp()
      }, leaf(2))
    try y.sum().backward()
  },
]

private struct OneGradient: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    [try inputs[0] * inputs[1]]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [gradients[0]]
  }
}
