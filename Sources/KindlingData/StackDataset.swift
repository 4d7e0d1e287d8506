import KindlingCore

/// A dataset that combines samples of several datasets of equal length to tuples
/// (PyTorch: `torch.utils.data.StackDataset`).
///
/// ```swift
/// let pairs = try StackDataset(images, labels)
/// let (image, label) = try pairs[0]
/// ```
public struct StackDataset<each Part: SampleSource>: Dataset {
  /// The datasets.
  public let datasets: (repeat each Part)
  /// The number of samples.
  public let count: Int

  /// Creates a dataset of tuples of the samples of `datasets`.
  ///
  /// - Throws: `TensorError` `.value` if there are no datasets, or if their lengths differ.
  public init(_ datasets: repeat each Part) throws {
    var counts: [Int] = []
    repeat counts.append((each datasets).count)
    guard let first = counts.first else {
      throw TensorError(.value, "StackDataset", "At least one dataset should be passed")
    }
    guard counts.allSatisfy({ $0 == first }) else {
      throw TensorError(.value, "StackDataset", "Size mismatch between datasets: \(counts)")
    }
    self.datasets = (repeat each datasets)
    count = first
  }

  /// The samples of all datasets at `index`.
  public subscript(index: Int) -> (repeat (each Part).Sample) {
    get throws {
      try checkIndices([index], count, "StackDataset")
      return (repeat try (each datasets).sample(at: index))
    }
  }
}
