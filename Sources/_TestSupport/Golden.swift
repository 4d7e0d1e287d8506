import KindlingPlatform

/// The project's folder, wherever the tests are started from.
package let projectRoot: String = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  .dropLast(3).joined(separator: "/")

/// Reference results that lie in the project, under `Tests/Golden`.
package enum Golden {
  /// Where `name` lies.
  package static func path(_ name: String) -> String { "\(projectRoot)/Tests/Golden/\(name)" }
  /// The JSON file `name`.
  package static func json(_ name: String) throws -> JSONValue {
    try JSONValue(contentsOf: path(name))
  }
  /// The arrays of the safetensors file `name`.
  package static func tensors(_ name: String) throws -> TensorFile { try TensorFile(path(name)) }
}

/// Third-party data, which the project may use and not hold: the folder that `KINDLING_SHARED` names,
/// or else `shared` beside the project. Tests that need it say so when it is absent:
///
///     @Test(.enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"))
package enum Shared {
  private static let folder: String =
    getenv("KINDLING_SHARED").map { String(cString: $0) } ?? "\(projectRoot)/../shared"

  /// Where `name` lies, if it is there.
  package static func path(_ name: String) -> String { "\(folder)/\(name)" }
  /// Whether `name` is there.
  package static func has(_ name: String) -> Bool { FileBytes.exists(path(name)) }
  /// What a skipped test says.
  package static var absence: String {
    "skipped: needs third-party data that is not in \(folder); set KINDLING_SHARED to its folder"
  }
}
