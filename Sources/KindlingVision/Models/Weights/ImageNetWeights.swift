public import KindlingCore
import KindlingIO
import KindlingNN

/// Published parameters of one model (torchvision: `models.…_Weights`).
///
/// The raw value is the file's name, which ends in the beginning of its SHA-256 sum. Files are fetched
/// once, into ``ModelCache/folder``.
public protocol ImageNetWeights: CaseIterable, Hashable, RawRepresentable, Sendable
where RawValue == String {
  /// The ones to take where nothing speaks against it (torchvision: `DEFAULT`).
  static var `default`: Self { get }
  /// The file, and the sum by which it is known.
  var file: PublishedFile { get }
  /// What images go through before the model.
  var transforms: ImageClassification { get }
}

extension ImageNetWeights {
  /// The parameters that torchvision calls `name`, such as `IMAGENET1K_V1` or `DEFAULT`.
  ///
  /// - Throws: ``VisionError`` `.value` where there are none of that name; it lists those there are.
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

  /// torchvision's name, such as `IMAGENET1K_V1`.
  public var name: String {
    "\(self)".reduce(into: "") { text, letter in
      if letter.isUppercase { text += "_" }
      text += letter.uppercased()
    }
  }

  /// The preset of most models: the middle 224 by 224 pixels of the image resized to 256.
  public var transforms: ImageClassification { ImageClassification(cropSize: 224) }

  /// The names of the classes, in the order of the model's outputs (torchvision: `meta["categories"]`).
  public var categories: [String] { ImageNet.categories }

  /// The file of the raw value's name; the whole sum is asked for where it is recorded here.
  public var file: PublishedFile {
    let prefix = rawValue.split(separator: "-").last.map(String.init) ?? ""
    return PublishedFile(rawValue + ".pth", .sha256(knownSums[prefix] ?? prefix))
  }

  /// Where torchvision publishes the file.
  public var url: String { publishers[0] + file.name }

  /// The parameters, fetched where they are not in the cache.
  ///
  /// `progress` is called while the file arrives; nil is silent.
  ///
  /// - Throws: ``VisionError`` `.download` where no mirror gives a file of the right sum, `.system`
  ///   where it cannot be written.
  public func stateDict(progress: DownloadProgress? = defaultDownloadProgress) throws -> StateDict {
    try stateDict(
      from: ModelCache.mirror.map { [$0] + publishers } ?? publishers, in: ModelCache.folder,
      progress: progress)
  }

  /// The parameters from certain mirrors and another cache.
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

/// Where torchvision's files are published, the present place first.
private let publishers = [
  "https://download.pytorch.org/models/", "https://s3.amazonaws.com/pytorch/models/",
]

/// Whole SHA-256 sums, by their beginnings.
private let knownSums = Dictionary(
  [
    "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
    "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
  ].map { (String($0.prefix(8)), $0) }, uniquingKeysWith: { first, _ in first })

extension Module {
  /// This module with published parameters in place of those drawn.
  func loading(_ weights: some ImageNetWeights, _ progress: DownloadProgress?) throws -> Self {
    try loadStateDict(weights.stateDict(progress: progress))
    return self
  }
}
