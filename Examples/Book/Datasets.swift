import Foundation
import Kindling
import KindlingVision

func datasets(_ root: String) throws {
  let training = try FashionMNIST(root: root, train: true, download: true, transform: ToTensor())
  let test = try FashionMNIST(root: root, train: false, download: true, transform: ToTensor())
  print(training.count, test.count)

  let (image, label) = try training[0]
  print(image.shape, label, training.classes[label])

  let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: place) }
  let folder = place.path

  let figure = Figure(size: (8, 8))
  let (columns, rows) = (3, 3)
  for i in 1...columns * rows {
    let index = try Tensor.randint(training.count, [1]).item(as: Int.self)
    let (image, label) = try training[index]
    let axes = try figure.addSubplot(rows, columns, i)
    axes.title(training.classes[label])
    axes.axis(.off)
    try axes.imshow(image, cmap: .gray)
  }
  try figure.save("\(folder)/samples.png")
  print(try readImage("\(folder)/samples.png").shape)

  let loader = try DataLoader(training, batchSize: 64, shuffle: true)
  for batch in loader {
    let (images, labels) = try batch.get()
    print(images.shape, labels.shape)
    break
  }

  let (images, labels) = try loader.first()
  let name = training.classes[try labels[0].item(as: Int.self)]
  let shown = Figure(size: (4, 4))
  let axes = try shown.addSubplot()
  axes.title(name)
  try axes.imshow(images[0], cmap: .gray)
  try shown.save("\(folder)/first.png")
  print(name)

  let pixels = try FashionMNIST(root: root, train: true)
  var lines = ""
  for i in 0..<4 {
    let (image, label) = try pixels[i]
    try writeImage(image.view(1, 28, 28), to: "\(folder)/\(i).png")
    lines += "\(i).png, \(label)\n"
  }
  try lines.write(toFile: "\(folder)/labels.csv", atomically: true, encoding: .utf8)
  print(lines, terminator: "")

  let pictures = try AnnotatedImages(
    annotations: "\(folder)/labels.csv", root: folder, header: ["file_name", "label"],
    transform: ConvertImageDtype(.float32))
  let (picture, number) = try pictures[0]
  print(pictures.count, picture.shape, picture.dtype, number)

  let clothes = try Clothes(
    annotations: "\(folder)/labels.csv", folder: folder, transform: ConvertImageDtype(.float32),
    targetTransform: Lambda { (label: Int) in label == 9 ? 1 : 0 })
  for batch in try DataLoader(clothes, batchSize: 4) {
    let (images, areBoots) = try batch.get()
    print(images.shape, areBoots)
  }

  for batch in try DataLoader(Named(clothes: clothes), batchSize: 2) {
    let sample = try batch.get()
    if let images = sample["image"], let labels = sample["label"] {
      print(images.shape, labels)
    }
  }

  let squares = try DataLoader(Squares(count: 10), batchSize: 4)
  for batch in squares {
    let (x, y) = try batch.get()
    print(x, y)
  }

  let inMemory = try TensorDataset(Tensor.randn(100, 4), Tensor.randint(0, 3, [100]))
  let parts = try randomSplit(inMemory, [80, 20], generator: Generator(seed: 42))
  print(parts.map(\.count))
}

struct Clothes: Dataset {
  let files: [String]
  let labels: [Int]
  let folder: String
  let transform: (any Transform<Tensor, Tensor>)?
  let targetTransform: (any Transform<Int, Int>)?

  init(
    annotations: String, folder: String, transform: (any Transform<Tensor, Tensor>)? = nil,
    targetTransform: (any Transform<Int, Int>)? = nil
  ) throws {
    let table = try CSVTable(annotations, header: ["file_name", "label"])
    files = try table.column("file_name")
    labels = try table.column("label", as: Int.self)
    self.folder = folder
    self.transform = transform
    self.targetTransform = targetTransform
  }

  var count: Int { files.count }

  subscript(index: Int) -> (Tensor, Int) {
    get throws {
      let image = try readImage("\(folder)/\(files[index])")
      let label = labels[index]
      return (try transform?(image) ?? image, try targetTransform?(label) ?? label)
    }
  }
}

struct Named: Dataset {
  let clothes: Clothes

  var count: Int { clothes.count }

  subscript(index: Int) -> [String: Tensor] {
    get throws {
      let (image, label) = try clothes[index]
      return ["image": image, "label": Tensor(label)]
    }
  }
}

struct Squares: Dataset {
  let count: Int

  subscript(index: Int) -> (Tensor, Int) {
    get throws { (Tensor(Float(index)), index * index) }
  }
}
