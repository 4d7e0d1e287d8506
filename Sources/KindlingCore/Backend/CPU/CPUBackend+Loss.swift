extension CPUBackend {
  package func nllLoss(
    _ x: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor
  ) throws {
    func compute<T: BinaryFloatingPoint>(_ type: T.Type) throws {
      let (batch, classes, places) = (x.shape[0], x.shape[1], x.shape[2])
      let values = x.pointer.assumingMemoryBound(to: T.self)
      let labels = target.pointer.assumingMemoryBound(to: Int.self)
      let weights = weight?.pointer.assumingMemoryBound(to: T.self)
      let losses = out.pointer.assumingMemoryBound(to: T.self)
      // Summed in double, so that the order does not affect the float32 result.
      var sum = 0.0, total = 0.0
      for n in 0..<batch {
        for s in 0..<places {
          let i = n * places + s, label = labels[i]
          if label == ignoreIndex {
            if reduction == .none { losses[i] = 0 }
            continue
          }
          try require(
            label >= 0 && label < classes, .index, "nll_loss",
            "Target \(label) is out of bounds. With \(classes) classes, targets are 0 to \(classes - 1), or ignoreIndex (\(ignoreIndex))"
          )
          let w = weights?[label] ?? 1
          let loss = -values[(n * classes + label) * places + s] * w
          if reduction == .none { losses[i] = loss } else { sum += Double(loss) }
          total += Double(w)
        }
      }
      totalWeight.pointer.assumingMemoryBound(to: T.self).pointee = T(total)
      switch reduction {
      case .none: break
      case .sum: losses.pointee = T(sum)
      case .mean: losses.pointee = T(sum / total)
      }
    }
    switch x.dtype {
    case .float32: try compute(Float.self)
    case .float64: try compute(Double.self)
    default: throw notComputed(x.dtype)
    }
  }

  package func nllLossBackward(
    _ gradient: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor
  ) throws {
    func compute<T: BinaryFloatingPoint>(_ type: T.Type) {
      let (batch, classes, places) = (out.shape[0], out.shape[1], out.shape[2])
      let result = out.pointer.assumingMemoryBound(to: T.self)
      result.initialize(repeating: 0, count: out.numel)
      let gradients = gradient.pointer.assumingMemoryBound(to: T.self)
      let labels = target.pointer.assumingMemoryBound(to: Int.self)
      let weights = weight?.pointer.assumingMemoryBound(to: T.self)
      let total = totalWeight.pointer.assumingMemoryBound(to: T.self).pointee
      for n in 0..<batch {
        for s in 0..<places {
          let i = n * places + s, label = labels[i]
          // Labels were checked in the forward pass, but may have been modified since.
          guard label != ignoreIndex, label >= 0, label < classes else { continue }
          let g = reduction == .none ? gradients[i] : gradients.pointee
          let w = weights?[label] ?? 1
          result[(n * classes + label) * places + s] = reduction == .mean ? -w * g / total : -w * g
        }
      }
    }
    switch gradient.dtype {
    case .float32: compute(Float.self)
    case .float64: compute(Double.self)
    default: throw notComputed(gradient.dtype)
    }
  }

  private func notComputed(_ dtype: DType) -> TensorError {
    TensorError(
      .dtype, "nll_loss", "\"nll_loss_out_frame\" not implemented for '\(dtype.scalarName)'")
  }
}
