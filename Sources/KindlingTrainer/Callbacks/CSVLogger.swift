/// A callback that writes a line of values after every epoch (Keras: `CSVLogger`).
///
/// The header has the columns `epoch`, counted from 1, and the values of the first epoch.
public final class CSVLogger: Callback {
  private let path: String
  private let appends: Bool
  private var file: AppendedFile?
  private var columns: [String] = []

  /// Creates a logger to `path`; with `append`, it continues the file of an earlier training.
  public init(_ path: String, append: Bool = false) {
    self.path = path
    appends = append
  }

  public override func fitBegins(_ trainer: Trainer, _ run: FitRun) throws {
    if file == nil { file = try AppendedFile(path, appending: appends) }
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if columns.isEmpty {
      columns = logs.map(\.name)
      if file?.wasEmpty == true {
        try file?.write((["epoch"] + columns).map(quoted).joined(separator: ",") + "\n")
      }
    }
    let values = columns.map { logs[$0].map { "\($0)" } ?? "" }
    try file?.write((["\(trainer.epoch)"] + values).joined(separator: ",") + "\n")
  }

  private func quoted(_ name: String) -> String {
    guard name.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
