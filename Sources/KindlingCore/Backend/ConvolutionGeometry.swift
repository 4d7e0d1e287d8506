/// The geometry of a convolution, which its result, and the gradients of its input and its weight,
/// have in common.
///
/// The image is `[batch, inChannels, image…]`, the weight `[outChannels, inChannels / groups,
/// kernel…]` and the result `[batch, outChannels, output…]`. All sizes are those of three
/// dimensions, the leading ones 1 where there are fewer. Element `o` of the result meets element
/// `o · stride − padding + k · dilation` of the image through element `k` of the kernel; where the
/// image has none it counts as 0, so that `padding` is that of the front alone.
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
  /// How many dimensions the tensors themselves have besides batch and channels.
  package var rank: Int
  /// Whether sums keep PyTorch's order.
  ///
  /// Otherwise minimal filtering may take fewer multiplications, at an error of some 1e-6 of the
  /// largest element; gradients of the image always may.
  package var isExact = false

  var imageShape: [Int] { [batch, inChannels] + image.suffix(rank) }
  var weightShape: [Int] { [outChannels, inChannels / groups] + kernel.suffix(rank) }
  var outputShape: [Int] { [batch, outChannels] + output.suffix(rank) }

  /// Elements of one channel of the image, of the kernel and of the result.
  var imageCount: Int { image.reduce(1, *) }
  var kernelCount: Int { kernel.reduce(1, *) }
  var outputCount: Int { output.reduce(1, *) }
}
