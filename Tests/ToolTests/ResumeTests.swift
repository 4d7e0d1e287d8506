import Kindling
import Testing
import _TestSupport

@Suite struct ResumeTests {
  private func kindling(_ arguments: String, in folder: String) throws -> Program.Result {
    try Program.run("kindling", arguments.split(separator: " ").map(String.init), in: folder)
  }

  /// Killed once its checkpoint is there, gone on with, and compared with a training left alone.
  @Test(arguments: [
    "--dataset digits --optimizer adam --hidden 32 --seed 5 --epochs 60 --checkpoint-every 7",
    "--dataset digits --optimizer sgd --momentum 0.9 --hidden 32 --lr 0.01 --seed 6 --epochs 60 --workers 2 --checkpoint-every 11",
    "--dataset iris --optimizer adamw --hidden 10 --batch-size 8 --no-shuffle --seed 7 --epochs 150",
  ])
  func endsWithTheSameParameters(options: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let plain = options.split(separator: " --checkpoint-every").first.map(String.init) ?? options
      let whole = try kindling("train \(plain) --save whole.pth", in: folder)
      #expect(whole.status == 0, "\(whole.errors)")
      // Twice, so that a training that was gone on with is killed too.
      var command = "train \(options) --checkpoint state.pth --save parts.pth"
      for _ in 0..<2 {
        let killed = try Program.run(
          "kindling", command.split(separator: " ").map(String.init), in: folder,
          killedOnceThereIs: "\(folder)/state.pth")
        #expect(killed.status == 128 + 9 || killed.status == 0, "\(killed.errors)")
        command = "train --resume state.pth --save parts.pth"
      }
      let rest = try kindling("train --resume state.pth --save parts.pth", in: folder)
      #expect(rest.status == 0, "\(rest.errors)")
      try #expect(FileBytes.read("\(folder)/parts.pth") == FileBytes.read("\(folder)/whole.pth"))
      try #expect(FileBytes.list(folder) == ["parts.pth", "state.pth", "whole.pth"])
    }
  }

  @Test func moreEpochsMayFollow() throws {
    try FileBytes.withTemporaryFolder { folder in
      let options = "--dataset iris --model linear --seed 1 --batch-size 16"
      #expect(try kindling("train \(options) --epochs 3 --save whole.pth", in: folder).status == 0)
      #expect(
        try kindling("train \(options) --epochs 2 --checkpoint state.pth", in: folder).status == 0)
      let more = try kindling(
        "train --resume state.pth --epochs 3 --save more.pth --json", in: folder)
      #expect(more.status == 0, "\(more.errors)")
      #expect(more.lines.allSatisfy { $0.contains("\"epoch\":3") })
      try #expect(FileBytes.read("\(folder)/more.pth") == FileBytes.read("\(folder)/whole.pth"))
    }
  }

  @Test(arguments: [
    ("--resume absent.pth", "absent.pth: cannot be opened"),
    ("--resume model.pth", "is no checkpoint of `kindling train --checkpoint`"),
    ("--resume state.pth --lr 0.5", "--lr is 0.5, but state.pth is from a training with 0.001"),
    (
      "--resume state.pth --dataset digits",
      "--dataset is digits, but state.pth is from a training with iris"
    ),
    ("--dataset iris --checkpoint-every 2", "--checkpoint-every needs --checkpoint FILE"),
    (
      "--dataset iris --checkpoint-every 0 --checkpoint c.pth",
      "--checkpoint-every must be at least 1"
    ),
    ("--dataset iris --checkpoint no/folder/c.pth", "cannot save to no/folder/c.pth"),
  ])
  func refuses(options: String, words: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      let made = try kindling(
        "train --dataset iris --epochs 1 --checkpoint state.pth --save model.pth", in: folder)
      #expect(made.status == 0)
      let result = try kindling("train \(options)", in: folder)
      #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
    }
  }
}
