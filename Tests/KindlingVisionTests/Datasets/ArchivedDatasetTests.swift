import CZlib
import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// Data sets of MNIST's form that come in one archive, or with more than a label for each image.
@Suite struct ArchivedDatasetTests {
  /// A variant whose four files lie in one zip file.
  private enum Packed: MNISTVariant {
    static let name = "Packed"
    static let classes = TinyImages.classes
    static let mirrors: [String] = []
    static let files = MNISTFiles(
      training: (file("train-images-idx3-ubyte.gz"), file("train-labels-idx1-ubyte.gz")),
      test: (file("t10k-images-idx3-ubyte.gz"), file("t10k-labels-idx1-ubyte.gz")))
    static let content = zip(TinyImages.contents.map { ("gzip/\($0.key)", $0.value) })
    static let archive: PublishedFile? = PublishedFile("packed.zip", md5: md5(content))

    private static func file(_ name: String) -> PublishedFile { PublishedFile(inArchive: name) }
  }

  /// A variant whose archive lacks a file.
  private enum Lacking: MNISTVariant {
    static let name = "Lacking"
    static let classes = TinyImages.classes
    static let mirrors: [String] = []
    static let files = Packed.files
    static let content = zip([("gzip/train-images-idx3-ubyte.gz", [1, 2, 3])])
    static let archive: PublishedFile? = PublishedFile("packed.zip", md5: md5(content))
  }

  @Test func unpacksOneArchiveOnce() throws {
    let server = try LocalServer(.init(files: ["packed.zip": Packed.content]))
    defer { server.stop() }
    try FileBytes.withTemporaryFolder { root in
      for train in [true, false] {
        let dataset = try MNISTDataset<Packed, Int>(
          root: root, train: train, download: true, mirrors: [server.address], progress: nil)
        #expect(dataset.count == (train ? 3 : 2))
        #expect(try dataset[1].1 == 1)
      }
      #expect(server.requests.map(\.path) == ["packed.zip"])
      let there = try FileBytes.list("\(root)/Packed/raw").sorted()
      #expect(there == (TinyImages.contents.keys + ["packed.zip"]).sorted())
    }
  }

  @Test func namesWhatTheArchiveLacks() throws {
    let server = try LocalServer(.init(files: ["packed.zip": Lacking.content]))
    defer { server.stop() }
    try FileBytes.withTemporaryFolder { root in
      expectRefusal("\(root)/Lacking/raw/packed.zip holds no train-labels-idx1-ubyte.gz") {
        try MNISTDataset<Lacking, Int>(
          root: root, download: true, mirrors: [server.address], progress: nil)
      }
    }
  }

  @Test func readsTheFirstOfSeveralLabels() throws {
    let labels: [UInt8] =
      [0, 0, 12, 2, 0, 0, 0, 3, 0, 0, 0, 2]
      + [2, 7, 0, 7, 1, 7].flatMap { [0, 0, 0, $0] as [UInt8] }
    try FileBytes.withTemporaryFolder { root in
      try makeFolders(["\(root)/QMNIST", "\(root)/QMNIST/raw"])
      let name = "\(root)/QMNIST/raw/qmnist-train"
      try FileBytes.write(TinyImages.images(3), to: "\(name)-images-idx3-ubyte")
      try FileBytes.write(labels, to: "\(name)-labels-idx2-int")
      let dataset = try QMNIST(root: root)
      let targets = try dataset.targets.toArray(as: Int.self)
      #expect(targets == [2, 0, 1] && dataset.targets.dtype == .int64)
      #expect(try dataset[0].1 == 2)
    }
  }

  /// torchvision's names and numbers of classes.
  @Test func dividesAsTorchvision() throws {
    #expect(EMNISTByClass.classes.count == 62 && EMNISTByClass.classes[10] == "A")
    #expect(EMNISTByMerge.classes.count == 47)
    #expect(EMNISTBalanced.classes.suffix(11).joined() == "abdefghnqrt")
    #expect(EMNISTLetters.classes.count == 27 && EMNISTLetters.classes[26] == "z")
    #expect(EMNISTDigits.classes == EMNISTAsMNIST.classes && EMNISTDigits.classes.count == 10)
    try FileBytes.withTemporaryFolder { root in
      try makeFolders(["\(root)/EMNIST", "\(root)/EMNIST/raw"])
      let name = "\(root)/EMNIST/raw/emnist-letters-test"
      try FileBytes.write(TinyImages.images(2), to: "\(name)-images-idx3-ubyte")
      try FileBytes.write([0, 0, 8, 1, 0, 0, 0, 2, 26, 1], to: "\(name)-labels-idx1-ubyte")
      let dataset = try EMNIST<EMNISTLetters, Int>(root: root, train: false)
      #expect(dataset.classes[try dataset[0].1] == "z")
      #expect("\(dataset)".hasPrefix("Dataset EMNIST\n    Number of datapoints: 2"))
    }
  }
}

/// A zip file of `files`, stored as they are.
private func zip(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  func word(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var (result, directory) = ([UInt8](), [UInt8]())
  for file in files {
    let name = Array(file.name.utf8)
    let sum = Int(crc32(0, file.bytes, UInt32(file.bytes.count)))
    let common =
      word(20, 2) + word(0, 8) + word(sum, 4) + word(file.bytes.count, 4)
      + word(file.bytes.count, 4) + word(name.count, 2) + word(0, 2)
    directory +=
      word(0x0201_4b50, 4) + word(20, 2) + common + word(0, 10) + word(result.count, 4) + name
    result += word(0x0403_4b50, 4) + common + name + file.bytes
  }
  let end =
    word(0x0605_4b50, 4) + word(0, 4) + word(files.count, 2) + word(files.count, 2)
    + word(directory.count, 4) + word(result.count, 4) + word(0, 2)
  return result + directory + end
}
