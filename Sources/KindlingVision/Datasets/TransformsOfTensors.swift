import KindlingCore
import KindlingData

// These initializers allow the type of a closure to be inferred:
// `transform: Lambda { try $0.float() }` takes a tensor.

extension MNISTDataset where Target == Int {
  /// Creates the dataset with a transform of tensors.
  public convenience init(
    root: String, train: Bool = true, download: Bool = false,
    transform: any Transform<Tensor, Tensor>, mirrors: [String]? = nil,
    progress: DownloadProgress? = defaultDownloadProgress
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(
      root: root, train: train, download: download, transform: transform, mirrors: mirrors,
      progress: progress)
  }
}

extension MNISTDataset {
  /// Creates the dataset with a transform of tensors and one of labels.
  public convenience init(
    root: String, train: Bool = true, download: Bool = false,
    transform: any Transform<Tensor, Tensor>, targetTransform: some Transform<Int, Target>,
    mirrors: [String]? = nil, progress: DownloadProgress? = defaultDownloadProgress
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(
      root: root, train: train, download: download, transform: transform,
      targetTransform: targetTransform, mirrors: mirrors, progress: progress)
  }
}

extension ImageFolder where Target == Int {
  /// Creates the dataset with a transform of tensors.
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: any Transform<Tensor, Tensor>
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(root, mode: mode, transform: transform)
  }
}

extension ImageFolder {
  /// Creates the dataset with a transform of tensors and one of labels.
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: any Transform<Tensor, Tensor>,
    targetTransform: some Transform<Int, Target>
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(root, mode: mode, transform: transform, targetTransform: targetTransform)
  }
}

extension AnnotatedImages where Target == Int {
  /// Creates the dataset with a transform of tensors.
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: any Transform<Tensor, Tensor>
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(
      annotations: annotations, root: root, header: header, fileColumn: fileColumn,
      labelColumn: labelColumn, classes: classes, mode: mode, transform: transform)
  }
}

extension AnnotatedImages {
  /// Creates the dataset with a transform of tensors and one of labels.
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: any Transform<Tensor, Tensor>, targetTransform: some Transform<Int, Target>
  ) throws {
    let transform: (any Transform)? = transform
    try self.init(
      annotations: annotations, root: root, header: header, fileColumn: fileColumn,
      labelColumn: labelColumn, classes: classes, mode: mode, transform: transform,
      targetTransform: targetTransform)
  }
}
