import KindlingCore
import KindlingData
import KindlingPlatform

/// The MNIST dataset of handwritten digits (torchvision: `datasets.MNIST`).
public typealias MNIST<Target> = MNISTDataset<MNISTDigits, Target>
/// The Fashion-MNIST dataset of articles of clothing (torchvision: `datasets.FashionMNIST`).
public typealias FashionMNIST<Target> = MNISTDataset<FashionArticles, Target>
/// The KMNIST dataset of cursive Japanese characters (torchvision: `datasets.KMNIST`).
public typealias KMNIST<Target> = MNISTDataset<KuzushijiCharacters, Target>

/// A dataset of images of 28 by 28 pixels in ten classes, read from IDX files in `root/NAME/raw`.
///
/// A sample is an image, as a tensor, and its class. The transform gets an ``Image`` of mode L,
/// like a PIL image in torchvision: with ``ToTensor`` a sample is `[1, 28, 28]`, from 0 to 1. If
/// the transform returns an image, it is `uint8` `[1, H, W]`. Without a transform it is `uint8`
/// `[28, 28]`, as in the file. Files may be compressed with gzip or not.
///
/// ```swift
/// let training = try FashionMNIST(
///   root: "data", train: true, download: true, transform: ToTensor())
/// let (image, label) = try training[0]
/// ```
public final class MNISTDataset<Variant: MNISTVariant, Target>: Dataset, Sendable {
  /// The folder that contains the dataset's folder, as given.
  public let root: String
  /// Whether this is the training set.
  public let train: Bool
  /// All images, `uint8`, `[N, 28, 28]`.
  public let data: Tensor
  /// All labels, `int64`, `[N]`.
  public let targets: Tensor
  /// The transform applied to each image, if any.
  public var transform: (any Transform)? { transforms.image }
  /// The transform applied to each label, if any.
  public var targetTransform: (any Transform<Int, Target>)? { transforms.target }
  private let transforms: SampleTransforms<Target>
  /// The labels as Swift integers, for access to single samples.
  private let labels: [Int]

  private init(
    root: String, train: Bool, download: Bool, mirrors: [String]?, progress: DownloadProgress?,
    _ transforms: SampleTransforms<Target>
  ) throws {
    self.root = root
    self.train = train
    self.transforms = transforms

    let folder = MNISTDataset.rawFolder(root)
    if download {
      let missing = Variant.files.all.filter { MNISTDataset.find($0, in: folder) == nil }
      try Downloader.fetch(
        missing, of: Variant.archive, from: mirrors ?? Variant.mirrors, into: folder,
        progress: progress)
    }
    let part = train ? Variant.files.training : Variant.files.test
    guard let images = MNISTDataset.find(part.images, in: folder),
      let labels = MNISTDataset.find(part.labels, in: folder)
    else {
      throw VisionError(
        .notFound, "Dataset not found in \(folder); pass download: true to download it")
    }
    data = try IDX.read(images)
    (targets, self.labels) = try MNISTDataset.checkedLabels(labels)
    guard data.dtype == .uint8, data.ndim == 3 else {
      throw VisionError(
        .corrupt, "\(images) holds \(data.dtype) of shape \(data.shape), not uint8 images [N, H, W]"
      )
    }
    guard data.shape[0] == self.labels.count else {
      throw VisionError(
        .corrupt,
        "\(images) has \(data.shape[0]) images, but \(labels) has \(self.labels.count) labels")
    }
  }

  /// Creates the dataset below `root`, with a transform of labels.
  ///
  /// - Parameters:
  ///   - root: the folder that contains, for example, `FashionMNIST/raw`; `~` is the home folder.
  ///   - train: whether to use the training set instead of the test set.
  ///   - download: whether to download missing files. Otherwise nothing is written.
  ///   - transform: a transform of each image.
  ///   - targetTransform: a transform of each label.
  ///   - mirrors: addresses of folders to download from instead of the published ones.
  ///   - progress: a function called during downloads; `nil` is silent.
  /// - Throws: ``VisionError`` if files are missing, damaged or do not match.
  @_disfavoredOverload
  public convenience init(
    root: String, train: Bool = true, download: Bool = false,
    transform: (any Transform)? = nil,
    targetTransform: some Transform<Int, Target>,
    mirrors: [String]? = nil, progress: DownloadProgress? = defaultDownloadProgress
  ) throws {
    try self.init(
      root: root, train: train, download: download, mirrors: mirrors, progress: progress,
      SampleTransforms(transform, targetTransform))
  }

  /// The number of samples.
  public var count: Int { labels.count }

  /// The image at `index` after the transform, and its class after the target transform.
  public subscript(index: Int) -> (Tensor, Target) {
    get throws {
      if transform == nil {
        try check(index)
        return try transforms(data.select(0, index), labels[index])
      }
      return try transforms(image(index), labels[index])
    }
  }

  /// Returns the image at `index` before the transform.
  public func image(_ index: Int) throws -> Image {
    try check(index)
    return Image(sharing: try data.select(0, index).unsqueeze(-1), .l)
  }

  /// The class names, by label.
  public var classes: [String] { Variant.classes }

  /// The labels by class name.
  public var classToIdx: [String: Int] {
    Dictionary(
      Variant.classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private func check(_ index: Int) throws {
    guard labels.indices.contains(index) else {
      throw VisionError(
        .value, "\(Variant.name): index \(index) is out of range for \(count) samples")
    }
  }

  private static func rawFolder(_ root: String) -> String {
    var root = root
    if root == "~" || root.hasPrefix("~/"), let home = getenv("HOME") {
      root = String(cString: home) + root.dropFirst()
    }
    return "\(root)/\(Variant.name)/raw"
  }

  /// Returns the path of `file`, decompressed if that exists too; `nil` if it is missing.
  private static func find(_ file: PublishedFile, in folder: String) -> String? {
    let packed = "\(folder)/\(file.name)"
    return [String(packed.dropLast(".gz".count)), packed].first { access($0, F_OK) == 0 }
  }

  /// Returns the labels: one byte each, or the first of the numbers about each image.
  private static func checkedLabels(_ path: String) throws -> (Tensor, [Int]) {
    let content = try IDX.read(path)
    let tensor: Tensor
    switch (content.dtype, content.ndim) {
    case (.uint8, 1): tensor = try content.to(.int64)
    case (.int32, 2) where content.shape[1] > 0: tensor = try content.select(1, 0).to(.int64)
    default:
      throw VisionError(
        .corrupt,
        "\(path) holds \(content.dtype) of shape \(content.shape), not uint8 labels [N] or int32 labels [N, M]"
      )
    }
    let labels = try tensor.toArray(as: Int.self)
    let classes = Variant.classes.count
    if let wrong = labels.first(where: { !(0..<classes).contains($0) }) {
      throw VisionError(
        .corrupt, "\(path) has the label \(wrong), but there are \(classes) classes")
    }
    return (tensor, labels)
  }
}

extension MNISTDataset where Target == Int {
  /// Creates the dataset below `root`, with class labels as integers.
  ///
  /// - Parameters:
  ///   - root: the folder that contains, for example, `FashionMNIST/raw`; `~` is the home folder.
  ///   - train: whether to use the training set instead of the test set.
  ///   - download: whether to download missing files. Otherwise nothing is written.
  ///   - transform: a transform of each image.
  ///   - mirrors: addresses of folders to download from instead of the published ones.
  ///   - progress: a function called during downloads; `nil` is silent.
  /// - Throws: ``VisionError`` if files are missing, damaged or do not match.
  @_disfavoredOverload
  public convenience init(
    root: String, train: Bool = true, download: Bool = false,
    transform: (any Transform)? = nil,
    mirrors: [String]? = nil, progress: DownloadProgress? = defaultDownloadProgress
  ) throws {
    try self.init(
      root: root, train: train, download: download, mirrors: mirrors, progress: progress,
      SampleTransforms(transform))
  }
}

extension MNISTDataset: BatchedDataset where Target == Int {
  /// Returns the samples `indices` as a batch of stacked images and a tensor of labels.
  ///
  /// Without a transform, and with ``ToTensor`` alone, the images are converted together. Any other
  /// transform gets them one by one, so the result is `nil`.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? {
    guard transform == nil || transform is ToTensor else { return nil }
    for index in indices { try check(index) }
    let images = try data.rows(indices)
    return (
      transform == nil ? images : try ToTensor().batch(images), try targets.rows(indices)
    )
  }
}

extension MNISTDataset: CustomStringConvertible {
  /// The dataset in torchvision's printed form.
  public var description: String {
    let lines = [
      "Dataset \(Variant.name)", "    Number of datapoints: \(count)", "    Root location: \(root)",
      "    Split: \(train ? "Train" : "Test")",
    ]
    return (lines + transforms.lines).joined(separator: "\n")
  }
}
