import ArgumentParser
import Kindling

/// The command `kindling inspect`, which lists the contents of a file of tensors without loading
/// it.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the tensors in a .pth, .safetensors, .npy or .npz file."
  )

  @Argument(help: ArgumentHelp("The file to inspect.", valueName: "file")) var checkpoint: String
  @Flag(help: "Print one JSON object per line instead of a table.") var json = false

  func run() throws {
    let entries = try inspect(checkpoint)
    if json {
      for entry in entries {
        print(
          """
          {"key":\(JSON.text(entry.key)),"shape":[\(entry.shape.map { "\($0)" }.joined(separator: ","))],\
          "dtype":"\(entry.dtype)","bytes":\(entry.byteCount)}
          """)
      }
      return
    }
    let header = ["key", "shape", "dtype", "bytes"]
    let rows = entries.map { ["\($0.key)", "\($0.shape)", "\($0.dtype)", "\($0.byteCount)"] }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    for row in [header] + rows {
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 3 ? padding + row[column] : row[column] + padding
      }
      print(cells.joined(separator: "  "))
    }
    let parameters = entries.reduce(0) { $0 &+ $1.shape.reduce(1, &*) }
    let bytes = entries.reduce(0) { $0 &+ $1.byteCount }
    print("\(entries.count) tensors, \(parameters) elements, \(bytes) bytes")
  }
}
