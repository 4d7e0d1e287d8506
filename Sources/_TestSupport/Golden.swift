import KindlingPlatform

/// The path of the project, wherever the tests are started.
package let projectRoot: String = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  .dropLast(3).joined(separator: "/")

/// Reference results in the project, under `Tests/Golden`.
package enum Golden {
  /// Returns the path of `name`.
  package static func path(_ name: String) -> String { "\(projectRoot)/Tests/Golden/\(name)" }
  /// Returns the JSON file `name`.
  package static func json(_ name: String) throws -> JSONValue {
    try JSONValue(contentsOf: path(name))
  }
  /// Returns the arrays of the safetensors file `name`.
  package static func tensors(_ name: String) throws -> TensorFile { try TensorFile(path(name)) }
}

/// Third-party data that the project may use but not contain.
///
/// They are in the folder `KINDLING_SHARED`, or in `shared` beside the project. Tests that need
/// missing data are skipped:
///
///     @Test(.enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"))
package enum Shared {
  private static let folder: String =
    getenv("KINDLING_SHARED").map { String(cString: $0) } ?? "\(projectRoot)/../shared"

  /// Returns the path of `name`, whether it exists or not.
  package static func path(_ name: String) -> String { "\(folder)/\(name)" }
  /// Returns whether `name` exists.
  package static func has(_ name: String) -> Bool { FileBytes.exists(path(name)) }
  /// The message of a skipped test.
  package static var absence: String {
    "skipped: needs third-party data that is not in \(folder); set KINDLING_SHARED to its folder"
  }
}
