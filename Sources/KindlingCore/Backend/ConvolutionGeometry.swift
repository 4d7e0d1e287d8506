/// The geometry of a convolution, shared by its output and the gradients of its input and weight.
///
/// The input is `[batch, inChannels, image…]`, the weight `[outChannels, inChannels / groups,
/// kernel…]` and the output `[batch, outChannels, output…]`. All sizes have three dimensions;
/// missing leading ones are 1. Output element `o` reads input element `o · stride − padding + k ·
/// dilation` through kernel element `k`. Elements outside the input count as 0, so `padding` is
/// only the padding at the start.
package struct Convolution: Sendable, Equatable {
  package var batch: Int
  package var groups: Int
  package var inChannels: Int
  package var outChannels: Int
  package var image: [Int]
  package var kernel: [Int]
  package var output: [Int]
  package var stride: [Int]
  package var padding: [Int]
  package var dilation: [Int]
  /// The number of spatial dimensions of the tensors.
  package var rank: Int
  /// Whether sums keep PyTorch's order.
  ///
  /// Otherwise minimal filtering may be used, with fewer multiplications and an error of about 1e-6
  /// of the largest element. Gradients of the input may always use it.
  package var isExact = false

  var imageShape: [Int] { [batch, inChannels] + image.suffix(rank) }
  var weightShape: [Int] { [outChannels, inChannels / groups] + kernel.suffix(rank) }
  var outputShape: [Int] { [batch, outChannels] + output.suffix(rank) }

  /// The number of elements of one channel of the input, of the kernel and of the output.
  var imageCount: Int { image.reduce(1, *) }
  var kernelCount: Int { kernel.reduce(1, *) }
  var outputCount: Int { output.reduce(1, *) }
}
