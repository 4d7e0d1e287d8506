public import KindlingCore
import KindlingIO
import KindlingNN

/// The pretrained weights of a model (torchvision: `models.…_Weights`).
///
/// The raw value is the file name, which ends in the first digits of the SHA-256 checksum. Files
/// are downloaded once, to ``ModelCache/folder``.
public protocol ImageNetWeights: CaseIterable, Hashable, RawRepresentable, Sendable
where RawValue == String {
  /// The recommended weights (torchvision: `DEFAULT`).
  static var `default`: Self { get }
  /// The file and its checksum.
  var file: PublishedFile { get }
  /// The preprocessing of images for the model.
  var transforms: ImageClassification { get }
}

extension ImageNetWeights {
  /// Creates the weights with torchvision's name, such as `IMAGENET1K_V1` or `DEFAULT`.
  ///
  /// - Throws: ``VisionError`` `.value`, which lists the valid names, if there are none with this
  ///   name.
  public init(named name: String) throws {
    let found = name == "DEFAULT" ? Self.default : Self.allCases.first { $0.name == name }
    guard let found else {
      let known = ["DEFAULT"] + Self.allCases.map(\.name)
      throw VisionError(
        .value,
        "\(Self.self) has no weights '\(name.prefix(100))'; there are \(known.joined(separator: ", "))"
      )
    }
    self = found
  }

  /// The name in torchvision, such as `IMAGENET1K_V1`.
  public var name: String {
    "\(self)".reduce(into: "") { text, letter in
      if letter.isUppercase { text += "_" }
      text += letter.uppercased()
    }
  }

  /// The preprocessing of most models: a center crop of 224 by 224 pixels after resizing to 256.
  public var transforms: ImageClassification { ImageClassification(cropSize: 224) }

  /// The class names, in the order of the logits (torchvision: `meta["categories"]`).
  public var categories: [String] { ImageNet.categories }

  /// The file named by the raw value, with the full checksum if it is known.
  public var file: PublishedFile {
    let prefix = rawValue.split(separator: "-").last.map(String.init) ?? ""
    return PublishedFile(rawValue + ".pth", .sha256(knownSums[prefix] ?? prefix))
  }

  /// The address of the file.
  public var url: String { publishers[0] + file.name }

  /// Returns the weights, downloaded if they are not in the cache.
  ///
  /// `progress` is called during the download; `nil` is silent.
  ///
  /// - Throws: ``VisionError`` `.download` if no mirror has a file with the right checksum,
  ///   `.system` if it cannot be written.
  public func stateDict(progress: DownloadProgress? = defaultDownloadProgress) throws -> StateDict {
    try stateDict(
      from: ModelCache.mirror.map { [$0] + publishers } ?? publishers, in: ModelCache.folder,
      progress: progress)
  }

  /// Returns the weights from given mirrors and another cache.
  package func stateDict(
    from mirrors: [String], in folder: String, progress: DownloadProgress?,
    announce: (String) -> Void = writeLineToStandardError
  ) throws -> StateDict {
    let file = file
    try Downloader.fetch(file, from: mirrors, into: folder, progress: progress) {
      if progress != nil { announce($0) }
    }
    return try loadStateDict(from: "\(folder)/\(file.name)")
  }
}

/// The addresses of torchvision's files, the current one first.
private let publishers = [
  "https://download.pytorch.org/models/", "https://s3.amazonaws.com/pytorch/models/",
]

/// The full SHA-256 checksums by their first digits.
private let knownSums = Dictionary(
  [
    "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
    "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
  ].map { (String($0.prefix(8)), $0) }, uniquingKeysWith: { first, _ in first })

extension Module {
  /// Returns this module with pretrained weights.
  func loading(_ weights: some ImageNetWeights, _ progress: DownloadProgress?) throws -> Self {
    try loadStateDict(weights.stateDict(progress: progress))
    return self
  }
}
