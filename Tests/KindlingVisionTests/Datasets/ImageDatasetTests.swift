import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

private let shared = "golden/data_and_transforms/custom_dataset"

/// The custom data set of the tutorials, as a user writes it.
private struct CustomImageDataset: Dataset {
  let labels: CSVTable
  let folder: String
  var count: Int { labels.count }

  subscript(index: Int) -> [String: Tensor] {
    get throws {
      let image = try readImage("\(folder)/\(labels.rows[index][0])")
      return ["image": image, "label": Tensor(try labels.column("label", as: Int.self)[index])]
    }
  }
}

@Suite struct ImageDatasetTests {
  @Test(.enabled(if: Shared.has(shared), "\(Shared.absence)"), arguments: [true, false])
  func readsTheTutorialsFolder(hasHeader: Bool) throws {
    let expected = try JSONValue(contentsOf: Shared.path("\(shared)/expected.json"))
    let dataset = try AnnotatedImages(
      annotations: Shared.path("\(shared)/\(hasHeader ? "labels_header" : "labels").csv"),
      root: Shared.path("\(shared)/images"),
      header: hasHeader ? .firstRow : ["file_name", "label"])
    #expect(dataset.count == expected["count"]?.int)
    #expect(dataset.targets == expected["labels"]?.ints)
    #expect(dataset.classes == (0..<10).map(String.init))
    let sums = try (0..<dataset.count).map { try dataset[$0].0.to(.int64).sum().item(as: Int.self) }
    #expect(sums == expected["pixel_sums"]?.ints)
    #expect(try dataset[0].0.shape == [1, 28, 28] && dataset[0].0.dtype == .uint8)

    let seed = try #require(expected["loader_shuffled_seed"]?.int)
    let wanted = try #require(expected["loader_batches_shape_labels_pixelsum"]?.array)
    try withDefaultGenerator(Generator(seed: seed)) {
      let loader = try DataLoader(dataset, batchSize: 64, shuffle: true)
      for (batch, wanted) in zip(loader, wanted) {
        let (images, labels) = try batch.get()
        #expect(images.shape == wanted.array?[0].ints)
        #expect(try labels.toArray(as: Int.self) == wanted.array?[1].ints)
        #expect(try images.to(.int64).sum().item(as: Int.self) == wanted.array?[2].int)
      }
    }
    // Without names the first row is taken for them.
    let short = try AnnotatedImages(
      annotations: Shared.path("\(shared)/labels.csv"), root: Shared.path("\(shared)/images"))
    #expect(short.count == expected["count_if_first_line_is_header"]?.int)
  }

  @Test(.enabled(if: Shared.has(shared), "\(Shared.absence)"))
  func aUsersOwnTypeGivesDictionaries() throws {
    let labels = try CSVTable(
      Shared.path("\(shared)/labels.csv"), header: .names(["file_name", "label"]))
    let dataset = CustomImageDataset(labels: labels, folder: Shared.path("\(shared)/images"))
    let batch = try DataLoader(dataset, batchSize: 4).first()
    #expect(batch["image"]?.shape == [4, 1, 28, 28])
    #expect(try batch["label"]?.toArray(as: Int.self) == [9, 0, 0, 3])
  }

  /// A folder `a/1.png`, `a/deep/0.png`, `b/2.JPG`, and beside them a text and `labels.csv`.
  private func withFolder(_ csv: String, _ body: (_ root: String) throws -> Void) throws {
    try FileBytes.withTemporaryFolder { root in
      let folders = ["\(root)/a", "\(root)/a/deep", "\(root)/b"]
      for folder in folders { mkdir(folder, 0o777) }
      let files = ["a/1.png", "a/deep/0.png", "b/2.JPG"].map { "\(root)/\($0)" }
      for (i, file) in files.enumerated() {
        try writeImage(Tensor.full([i + 1 > 2 ? 3 : 1, 4, 6], 10 * i, dtype: .uint8), to: file)
      }
      try FileBytes.write(Array("no image".utf8), to: "\(root)/b/notes.txt")
      try FileBytes.write(Array(csv.utf8), to: "\(root)/labels.csv")
      defer {
        for file in files + ["\(root)/b/notes.txt"] { unlink(file) }
        for folder in [folders[1], folders[0], folders[2]] { rmdir(folder) }
      }
      try body(root)
    }
  }

  @Test func namesAndTransformsClasses() throws {
    try withFolder("what,kind,file\nx,dog,a/1.png\ny,cat,b/2.JPG\n") { root in
      let dataset = try AnnotatedImages(
        annotations: "\(root)/labels.csv", root: root, fileColumn: "file", labelColumn: "kind",
        mode: .gray, transform: ToTensor(),
        targetTransform: Lambda { (label: Int) in
          try Tensor.zeros(2).scatter_(0, Tensor([label]), 1)
        })
      #expect(dataset.classes == ["cat", "dog"] && dataset.targets == [1, 0])
      let (images, labels) = try DataLoader(dataset, batchSize: 2).first()
      #expect(images.shape == [2, 1, 4, 6] && images.dtype == .float32)
      #expect(try labels.tolist(as: [[Int]].self) == [[0, 1], [1, 0]])
    }
  }

  @Test func imageFolderSortsByClass() throws {
    try withFolder("") { root in
      let dataset = try ImageFolder(root)
      #expect(dataset.classes == ["a", "b"] && dataset.classToIdx == ["a": 0, "b": 1])
      #expect(
        dataset.samples.map(\.path)
          == ["\(root)/a/1.png", "\(root)/a/deep/0.png", "\(root)/b/2.JPG"])
      #expect(dataset.targets == [0, 0, 1])
      let (images, labels) = try DataLoader(dataset, batchSize: 3).first()
      #expect(images.shape == [3, 3, 4, 6])
      #expect(try labels.toArray(as: Int.self) == [0, 0, 1])
      #expect(
        try ImageFolder(root, transform: ToTensor()).description == """
          Dataset ImageFolder
              Number of datapoints: 3
              Root location: \(root)
              StandardTransform
          Transform: ToTensor()
          """)
    }
  }

  @Test(arguments: [
    ("file,label\na/1.png,0\na/none.png,1\n", "labels.csv, row 3: ", "a/none.png: No such file"),
    ("file,label\n,0\n", "row 2: ", "no file is named"),
    ("file,label\na/1.png,-1\n", "row 2: ", "the class \"-1\" in column label is out of range"),
    ("file,label\na/1.png,\n", "row 2: ", "is empty"),
    ("file\na/1.png\n", "labels.csv: ", "there is one column"),
    ("file,label\na/1.png\n", "row 2: ", "has 1 fields, but the table has 2 columns"),
  ]) func refusesAnnotations(csv: String, place: String, reason: String) throws {
    try withFolder(csv) { root in
      expectRefusal("…\(place)…\(reason)…") {
        try AnnotatedImages(annotations: "\(root)/labels.csv", root: root)
      }
    }
  }

  @Test func namesTheRowOfADamagedImage() throws {
    try withFolder("file,label\na/1.png,0\n") { root in
      let dataset = try AnnotatedImages(annotations: "\(root)/labels.csv", root: root)
      try FileBytes.write([1, 2, 3], to: "\(root)/a/1.png")
      expectRefusal(
        "\(root)/labels.csv, row 2: \(root)/a/1.png: not an image; PNG, JPEG, BMP, GIF, PNM, WebP and TIFF files are read"
      ) { try dataset[0] }
      expectRefusal("AnnotatedImages: index 1 is out of range for 1 samples") { try dataset[1] }
    }
    try withFolder("file,kind\na/1.png,cat\n") { root in
      expectRefusal("…is none of [\"dog\", \"horse\"]") {
        try AnnotatedImages(
          annotations: "\(root)/labels.csv", root: root, classes: ["dog", "horse"])
      }
    }
  }

  @Test func imageFolderRefuses() throws {
    try FileBytes.withTemporaryFolder { root in
      // Folders in the order of their whole paths, as `sorted(os.walk(…))` has them.
      let folders = ["b", "b/x", "b/x/deep", "b/x y", "b/x-y"]
      for folder in folders {
        try makeFolders(["\(root)/\(folder)"])
        try writeImage(Tensor.zeros([3, 1, 1], dtype: .uint8), to: "\(root)/\(folder)/i.png")
      }
      #expect(
        try ImageFolder(root).samples.map { $0.path.dropFirst(root.count + 1) } == [
          "b/i.png", "b/x/i.png", "b/x y/i.png", "b/x-y/i.png", "b/x/deep/i.png",
        ])
    }
    expectRefusal("/nowhere: No such file or directory") { try ImageFolder("/nowhere") }
    try FileBytes.withTemporaryFolder { root in
      expectRefusal("Couldn't find any class folder in \(root).") { try ImageFolder(root) }
      mkdir("\(root)/x", 0o777)
      defer { rmdir("\(root)/x") }
      expectRefusal("Found no valid file for the classes x.…") { try ImageFolder(root) }
    }
  }
}
