import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestSupport

/// A user's way: pictures in a folder, a table beside them, a model, a prediction.
@Suite struct OwnDataTests {
  private func kindling(_ arguments: String, in folder: String) throws -> Program.Result {
    try Program.run("kindling", arguments.split(separator: " ").map(String.init), in: folder)
  }

  private func withExportedDigits(_ body: (String) throws -> Void) throws {
    try FileBytes.withTemporaryFolder { folder in
      let exported = try kindling("export --dataset digits --count 600 --output digits", in: folder)
      #expect(
        exported.output == "Wrote 600 images and labels.csv to digits\n", "\(exported.errors)")
      defer {
        for name in (try? FileBytes.list("\(folder)/digits")) ?? [] {
          remove("\(folder)/digits/\(name)")
        }
        remove("\(folder)/digits")
      }
      try body(folder)
    }
  }

  /// A step that does not fit is refused before it begins, and the kernel has nothing to end.
  @Test(
    .enabled(if: Program.startsInLimitedSpace, "a sanitizer takes the address space"),
    arguments: [
      (
        "--model cnn --image-size 2500 --batch-size 50",
        "the cnn on 50 samples of shape [1, 2500, 2500]",
        "a smaller --image-size or --batch-size"
      ),
      (
        "--model resnet18 --image-size 4000 --batch-size 50",
        "the resnet18 on 50 samples of shape [3, 4000, 4000]",
        "a smaller --image-size or --batch-size"
      ),
      (
        "--model mlp --hidden 100000,100000", "the mlp on 64 samples of shape [1, 8, 8]",
        "a smaller --hidden, --image-size or --batch-size"
      ),
      (
        "--model linear --image-size 7000 --optimizer adam", "the linear on 64 samples",
        "a smaller --image-size or --batch-size"
      ),
    ])
  func stepsThatDoNotFitAreRefused(options: String, words: String, advice: String) throws {
    try withExportedDigits { folder in
      let trained = try Program.run(
        "kindling",
        "train --dataset folder --root digits --annotations digits/labels.csv \(options)"
          .split(separator: " ").map(String.init), in: folder, setup: "ulimit -v 6000000;")
      #expect(trained.status == 1 && trained.output == "")
      #expect(trained.errors.contains("a step of \(words)"), "\(trained.errors)")
      #expect(trained.errors.contains(" GiB of memory, but "), "\(trained.errors)")
      #expect(trained.errors.hasSuffix("are free; use \(advice)\n"), "\(trained.errors)")
    }
  }

  @Test(arguments: [
    ("mlp", "--hidden 64 --optimizer adam --lr 3e-3 --epochs 15", 0.85),
    ("cnn", "--optimizer adam --lr 3e-3 --epochs 4", 0.85),
    ("resnet18", "--optimizer adam --lr 1e-3 --epochs 8", 0.75),
  ])
  func trainsOnFolders(model: String, options: String, accuracy: Double) throws {
    try withExportedDigits { folder in
      let trained = try kindling(
        "train --dataset folder --root digits --annotations digits/labels.csv --model \(model) \(options) --seed 0 --json --save state.pth --save-model whole.pth --checkpoint training.pth",
        in: folder)
      let last = try JSONValue(parsing: Array((trained.lines.last ?? "").utf8))
      #expect(
        (last["accuracy"]?.double ?? 0) >= accuracy, "\(trained.lines.last ?? "") \(trained.errors)"
      )
      var answers: [String] = []
      for checkpoint in ["state.pth", "whole.pth", "training.pth"] {
        let predicted = try kindling(
          "predict --checkpoint \(checkpoint) digits/0.png digits/1.png --top 2", in: folder)
        #expect(predicted.lines.count == 2, "\(predicted.errors)")
        #expect(predicted.lines.first?.hasPrefix("digits/0.png: 0 ") == true)
        answers.append(predicted.output)
      }
      #expect(answers[0] == answers[1] && answers[0] == answers[2])
      let named = try kindling(
        "predict --checkpoint whole.pth digits/1.png --classes a,b,c,d,e,f,g,h,i,j --json",
        in: folder)
      #expect(named.output.contains("{\"image\":\"digits/1.png\",\"classes\":[{\"class\":\""))
      // PyTorch finds torchvision's keys; a whole model of built-in layers needs nothing but the file.
      if model == "resnet18" {
        let keys = try loadStateDict(from: "\(folder)/state.pth").keys
        #expect(keys.first == "conv1.weight" && keys.last == "fc.bias" && keys.count == 122)
      } else {
        #expect(try loadModel(from: "\(folder)/whole.pth") is Sequential)
      }
    }
  }

  /// The classes' names, words of the table, are in every file that a training writes.
  @Test func namesOfClassesAreSavedWithTheModel() throws {
    try FileBytes.withTemporaryFolder { folder in
      let exported = try kindling("export --dataset digits --count 20 --output .", in: folder)
      #expect(exported.status == 0, "\(exported.errors)")
      let words = ["odd", "even"]
      let rows = (0..<20).map { "\($0).png, \(words[($0 + 1) % 2])" }
      try FileBytes.write(
        Array(("file,parity\n" + rows.joined(separator: "\n")).utf8), to: "\(folder)/parity.csv")
      let trained = try kindling(
        "train --dataset folder --root . --annotations parity.csv --epochs 1 --batch-size 4 --save state.pth --save-model whole.pth --checkpoint training.pth --report report.html",
        in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      for file in ["state.pth", "whole.pth", "training.pth"] {
        let predicted = try kindling("predict --checkpoint \(file) 0.png --top 2", in: folder)
        let names = predicted.output.split { !$0.isLetter }.map(String.init).filter(words.contains)
        #expect(Set(names) == Set(words), "\(file): \(predicted.output)\(predicted.errors)")
      }
      let other = try kindling(
        "predict --checkpoint state.pth 0.png --classes a,b --top 2", in: folder)
      #expect(other.output.contains("a ") && other.output.contains("b "), "\(other.errors)")
      let report = String(decoding: try FileBytes.read("\(folder)/report.html"), as: UTF8.self)
      #expect(report.contains("even") && report.contains("odd"))
    }
  }

  /// Gray and coloured files of any size beside each other; the size is kept with the model.
  @Test func imagesOfAllKindsAreBroughtToOne() throws {
    try FileBytes.withTemporaryFolder { folder in
      var rows = "file,class\n"
      for i in 0..<10 {
        let image = try Tensor.full([i % 3 == 1 ? 1 : 3, 9 + i, 12], Double(20 * i), dtype: .uint8)
        try writeImage(image, to: "\(folder)/\(i).png")
        rows += "\(i).png,\(i % 2)\n"
      }
      try FileBytes.write(Array(rows.utf8), to: "\(folder)/labels.csv")
      for (options, channels) in [("", 3), ("--color gray", 1)] {
        let trained = try kindling(
          "train --dataset folder --root . --annotations labels.csv --model cnn --image-size 8 --epochs 1 \(options) --save-model whole.pth --save state.pth",
          in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(
          try loadStateDict(from: "\(folder)/state.pth")["0.weight"]?.shape == [32, channels, 3, 3])
        let predicted = try kindling("predict --checkpoint whole.pth 0.png 1.png", in: folder)
        #expect(predicted.lines.count == 2, "\(predicted.errors)")
      }
      // What lost the order of its keys on the way is still a model, and a picture needs no suffix.
      let converted = try kindling("convert state.pth state.safetensors", in: folder)
      #expect(converted.status == 0, "\(converted.errors)")
      let back = try kindling("convert state.safetensors back.pth", in: folder)
      #expect(back.status == 0, "\(back.errors)")
      try FileBytes.write(FileBytes.read("\(folder)/0.png"), to: "\(folder)/picture")
      let predicted = try kindling(
        "predict --checkpoint back.pth --image-size 8 picture", in: folder)
      #expect(predicted.lines.count == 1, "\(predicted.errors)")
    }
  }

  @Test func lossesThatAreNotFiniteEndTheTraining() throws {
    try FileBytes.withTemporaryFolder { folder in
      let diverged = try kindling(
        "train --dataset digits --epochs 3 --lr 1e20 --hidden 8 --seed 0 --save model.pth",
        in: folder)
      #expect(diverged.status != 0)
      #expect(diverged.errors.contains("the loss is"), "\(diverged.errors)")
      #expect(diverged.errors.contains("in epoch 1, batch"), "\(diverged.errors)")
      #expect(try FileBytes.list(folder).isEmpty)
    }
  }

  @Test func trainsOnTables() throws {
    try FileBytes.withTemporaryFolder { folder in
      let wine = try Wine()
      let rows = try wine.features.tolist(as: [[Double]].self)
      let classes = try wine.targets.toArray(as: Int.self)
      // In turn, so that every fifth row is not all of one class.
      let order = (0..<rows.count).sorted { ($0 * 37 % 178, $0) < ($1 * 37 % 178, $1) }
      let lines = order.map { i in
        (rows[i].map { "\($0)" } + ["grower \(classes[i])"]).joined(separator: ", ")
      }
      let text =
        Wine.featureNames.joined(separator: ",") + ",grower\n" + lines.joined(separator: "\n")
      try FileBytes.write(Array(text.utf8), to: "\(folder)/wine.csv")
      let trained = try kindling(
        "train --dataset csv --annotations wine.csv --model linear --optimizer adam --lr 1e-3 --epochs 200 --seed 0 --json",
        in: folder)
      let last = try JSONValue(parsing: Array((trained.lines.last ?? "").utf8))
      #expect(
        (last["accuracy"]?.double ?? 0) >= 0.6, "\(trained.lines.last ?? "") \(trained.errors)")
    }
  }

  @Test(arguments: [
    ("train --dataset folder", "need --annotations FILE.csv"),
    ("train --dataset folder --annotations none.csv", "none.csv: No such file"),
    ("train --dataset folder --annotations bad.csv", "bad.csv, row 2: data/a.png: No such file"),
    (
      "train --dataset csv --annotations bad.csv",
      "bad.csv, row 2: column file should hold a number"
    ),
    ("train --dataset csv --annotations one.csv", "but there are 1 columns"),
    ("train --dataset digits --model cnn", "samples have the shape [64]"),
    ("train --dataset digits --model resnet18", "samples have the shape [64]"),
    ("train --dataset folder --annotations bad.csv --image-size 0", "--image-size must be from 1"),
    ("export --dataset iris --output x", "iris has no images"),
    ("export --dataset digits --count 2000 --output x", "digits has 1797 images, too few"),
    ("export --dataset digits --count 1 --output no/such", "cannot make the folder no/such"),
    ("export --dataset digits --count 0 --output x", "--count must be at least 1"),
    ("predict --checkpoint bad.csv x.png", "bad.csv"),
    ("predict bad.csv", "at least one image"),
  ])
  func refuses(command: String, reason: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(Array("file,label\na.png,0\n".utf8), to: "\(folder)/bad.csv")
      try FileBytes.write(Array("x\n1\n".utf8), to: "\(folder)/one.csv")
      let result = try kindling(command, in: folder)
      #expect((1..<128).contains(result.status) && result.output == "")
      #expect(result.errors.contains(reason), "\(result.errors)")
      #expect(try FileBytes.list(folder) == ["bad.csv", "one.csv"])
    }
  }
}
