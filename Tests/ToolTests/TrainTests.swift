import Kindling
import Testing
import _TestSupport

@Suite struct TrainTests {
  private func kindling(_ arguments: String, in folder: String = ".") throws -> Program.Result {
    try Program.run("kindling", arguments.split(separator: " ").map(String.init), in: folder)
  }

  @Test func logsOnlyRecords() throws {
    let result = try kindling("train --dataset digits --epochs 2 --seed 3 --log-every 10 --json")
    #expect(result.status == 0)
    #expect(result.errors == "")
    let records = try result.lines.map { try JSONValue(parsing: Array($0.utf8)) }
    // 1438 samples to train on make 23 batches.
    let batches = records.filter { $0["batch"] != nil }
    #expect(batches.map { $0["epoch"]?.int } == [1, 1, 1, 2, 2, 2])
    #expect(batches.map { $0["batch"]?.int } == [0, 10, 20, 0, 10, 20])
    #expect(batches.allSatisfy { ($0["loss"]?.double ?? 0) > 0 })
    let epochs = records.filter { $0["accuracy"] != nil }
    #expect(epochs.map { $0["epoch"]?.int } == [1, 2])
    for epoch in epochs {
      #expect((0...1).contains(epoch["accuracy"]?.double ?? -1))
      for key in ["avg_loss", "train_seconds", "test_seconds"] {
        #expect((epoch[key]?.double ?? -1) > 0, "\(key)")
      }
    }
  }

  @Test func repeatsItselfWithTheSameSeed() throws {
    func losses(_ options: String) throws -> [String] {
      try kindling("train --dataset digits --epochs 1 --log-every 5 --json " + options).lines
        .filter { $0.contains("\"loss\"") }
    }
    let first = try losses("--seed 1")
    #expect(try losses("--seed 1") == first)
    #expect(try losses("--seed 1 --threads 1") == first)
    #expect(try losses("--seed 1 --workers 2") == first)
    #expect(try losses("--seed 2") != first)
    #expect(try losses("--seed 1 --no-shuffle") != first)
  }

  @Test(arguments: [
    ("iris", "--model linear --optimizer adam --lr 0.1 --epochs 50", 0.9),
    ("iris", "--hidden 10 --optimizer adamw --lr 0.01 --epochs 60", 0.9),
    ("digits", "--hidden 64 --optimizer sgd --momentum 0.9 --lr 0.05 --epochs 10", 0.9),
  ])
  func learns(dataset: String, options: String, accuracy: Double) throws {
    let result = try kindling("train --dataset \(dataset) \(options) --seed 0 --json")
    let last = try JSONValue(parsing: Array((result.lines.last ?? "").utf8))
    #expect((last["accuracy"]?.double ?? 0) >= accuracy, "\(result.lines.last ?? result.errors)")
  }

  @Test func writesAReport() throws {
    try FileBytes.withTemporaryFolder { folder in
      let options = "train --dataset digits --hidden 32 --epochs 3 --seed 0"
      let result = try kindling(options + " --report report.html", in: folder)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.lines.last == "Wrote the report to report.html")
      let html = String(decoding: try FileBytes.read("\(folder)/report.html"), as: UTF8.self)
      for part in [
        "<title>Kindling: mlp on digits</title>", "<h2>Curves</h2>", "<h2>Confusion matrix</h2>",
        "<h2>Sample predictions</h2>", "<h2>Worst mistakes</h2>", "<h2>Configuration</h2>",
        "data:image/png;base64,iVBORw0KGgo", "1438 to train on, 359 to test on",
      ] { #expect(html.contains(part), "\(part)") }
      // The training itself is the same with a report and without.
      let plain = try kindling(options, in: folder).lines.filter { $0.hasPrefix("loss: ") }
      #expect(result.lines.filter { $0.hasPrefix("loss: ") } == plain)
      let nowhere = try kindling("train --dataset iris --epochs 1 --report /nowhere/r.html")
      #expect(nowhere.status != 0)
      #expect(nowhere.errors.contains("cannot save to /nowhere/r.html"))
    }
  }

  @Test func savesWhatPredictAndInspectRead() throws {
    try FileBytes.withTemporaryFolder { folder in
      let trained = try kindling(
        "train --dataset digits --epochs 5 --optimizer adam --seed 0 --hidden 32 --save model.pth",
        in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      #expect(trained.output.contains("Epoch 5\n-------------------------------\nloss: "))
      #expect(trained.output.hasSuffix("Saved the model to model.pth\n"))
      #expect(trained.errors == "")

      let listed = try kindling("inspect model.pth", in: folder)
      #expect(
        listed.lines.first?.split(separator: " ").map(String.init) == [
          "key", "shape", "dtype", "bytes",
        ])
      #expect(listed.output.contains("linear_relu_stack.0.weight  [32, 64]"))
      #expect(listed.lines.last == "4 tensors, 2410 elements, 9640 bytes")
      let records = try kindling("inspect --json model.pth", in: folder).lines
      #expect(
        records.last
          == #"{"key":"linear_relu_stack.2.bias","shape":[10],"dtype":"float32","bytes":40}"#)

      // The first ten digits are 0 to 9 in order; as an IDX file, 0…16 becomes 0…255.
      let digits = try Digits()
      let pixels = try digits.features.flatten().toArray(as: Double.self).prefix(640)
      try FileBytes.write(
        [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 8, 0, 0, 0, 8] + pixels.map { UInt8($0 / 16 * 255) },
        to: "\(folder)/images")
      let predicted = try kindling("predict model.pth images --dataset digits --top 2", in: folder)
      #expect(predicted.lines.count == 10, "\(predicted.errors)")
      #expect(predicted.lines.allSatisfy { $0.contains("%, ") })
      // The names were saved with the model.
      let named = try kindling("predict model.pth images --top 2", in: folder)
      #expect(named.output == predicted.output, "\(named.errors)")
      let unfit = try kindling("predict model.pth images --dataset iris", in: folder)
      #expect(unfit.status != 0)
      #expect(unfit.errors.contains("tells 10 classes apart, but iris has 3"))
    }
  }

  @Test(arguments: [
    ("train --dataset digits --batch-size 0", "batch"),
    ("train --dataset digits --lr -1", "-1"),
    ("train --dataset digits --epochs -1", "--epochs must not be negative, but got -1"),
    ("train --dataset digits --log-every 0", "--log-every must be at least 1"),
    ("train --dataset digits --momentum 0.9 --optimizer adam", "--momentum is an option of sgd"),
    ("train --dataset digits --hidden 10,0", "--hidden"),
    ("train --dataset digits --hidden ten", "--hidden"),
    ("train --dataset digits --threads 0", "threads"),
    ("train --dataset digits --workers -1", "workers"),
    ("train --dataset letters", "letters"),
    ("train --datasett digits", "--datasett"),
    (
      "train --dataset fashion-mnist --root nowhere",
      "not found in nowhere/FashionMNIST/raw; pass download: true"
    ),
    ("train --dataset mnist --root nowhere", "not found in nowhere/MNIST/raw"),
    (
      "train --dataset digits --save no/such/folder/model.pth",
      "cannot save to no/such/folder/model.pth"
    ),
    ("train --dataset digits --save .", "it is a folder"),
    ("predict nothing.pth images", "nothing.pth"),
    ("inspect nothing.pth", "nothing.pth"),
    ("inspect broken.pth", "broken.pth"),
    ("fly", "fly"),
  ])
  func refuses(command: String, reason: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write([80, 75, 3, 4, 1, 2, 3], to: "\(folder)/broken.pth")
      let result = try kindling(command, in: folder)
      #expect((1..<128).contains(result.status))
      #expect(result.output == "")
      #expect(result.errors.contains(reason), "\(result.errors)")
      let files = try FileBytes.list(folder)
      #expect(files == ["broken.pth"])
    }
  }

  @Test func doctorTellsWhatThereIs() throws {
    let result = try kindling("doctor")
    #expect(result.status == 0)
    for label in ["kindling", "instruction set", "machine has", "threads", "memory", "cuda"] {
      #expect(result.lines.contains { $0.hasPrefix(label + " ") }, "\(label)")
    }
  }
}
