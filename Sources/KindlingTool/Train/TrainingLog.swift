import Kindling
import KindlingPlatform
import KindlingTrainer

/// A log of a training: text, or JSON records that are alone on standard output.
final class TrainingLog {
  private let json: Bool
  private let every: Int
  /// Whether to show a temporary progress bar on standard error, in an interactive terminal.
  private let showsBar: Bool
  private var barIsShown = false
  /// Whether to record the loss of every batch for the history.
  private let collects: Bool
  private var losses: (sum: Double, count: Int) = (0, 0)
  /// The epochs so far, if they are collected.
  private(set) var history = History()

  init(json: Bool, every: Int, collects: Bool = false) {
    self.json = json
    self.every = every
    self.collects = collects
    showsBar = !json && StandardStream.error.isTerminal
  }

  func begin(_ epoch: Int) {
    if !json { write("Epoch \(epoch)\n-------------------------------") }
  }

  func loss(_ epoch: Int, _ batch: Int, _ loss: Double, seen: Int, of size: Int) {
    losses = (losses.sum + loss, losses.count + 1)
    guard batch % every == 0 else { return }
    clearBar()
    if json {
      write("{\"epoch\":\(epoch),\"batch\":\(batch),\"loss\":\(JSON.number(loss))}")
    } else {
      let value = right(PrintedNumber.fixed(loss, 6), 7)
      write("loss: \(value)  [\(right("\(seen)", 5))/\(right("\(size)", 5))]")
    }
  }

  func advance(_ batch: Int, of batches: Int) {
    guard showsBar, batches > 0, batch % max(1, batches / 200) == 0 || batch == batches else {
      return
    }
    let filled = 40 * batch / batches
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 40 - filled)
    barIsShown = true
    writeError("\r[\(bar)] \(batch)/\(batches)")
  }

  func end(
    _ epoch: Int, accuracy: Double, loss: Double, trainSeconds: Double, testSeconds: Double
  ) {
    clearBar()
    if collects {
      var logs = Logs()
      logs["loss"] = losses.count == 0 ? .nan : losses.sum / Double(losses.count)
      logs["val_loss"] = loss
      logs["val_accuracy"] = accuracy
      history = History(history.epochs + [logs])
    }
    losses = (0, 0)
    if json {
      write(
        """
        {"epoch":\(epoch),"accuracy":\(JSON.number(accuracy)),"avg_loss":\(JSON.number(loss)),\
        "train_seconds":\(JSON.number(trainSeconds)),"test_seconds":\(JSON.number(testSeconds))}
        """)
    } else {
      let percent = PrintedNumber.fixed(100 * accuracy, 1)
      write(
        "Test Error:\n Accuracy: \(percent)%, Avg loss: \(right(PrintedNumber.fixed(loss, 6), 8))")
      let times = (PrintedNumber.fixed(trainSeconds, 2), PrintedNumber.fixed(testSeconds, 2))
      write("Time: \(times.0) s training, \(times.1) s testing\n")
    }
  }

  /// Writes a line and flushes it, so that it also appears at once in a pipe.
  private func write(_ line: String) {
    print(line)
    fflush(nil)
  }

  private func clearBar() {
    if barIsShown { writeError("\r\u{1B}[K") }
    barIsShown = false
  }

  private func writeError(_ text: String) {
    StandardStream.error.write(text)
  }
}
