import KindlingPlatform

/// Where published parameters are kept.
public enum ModelCache {
  /// The folder of files, made by the first download: `checkpoints` in the folder `KINDLING_CACHE`,
  /// else in `kindling` below `XDG_CACHE_HOME`, else in `~/.cache/kindling`.
  public static var folder: String { folder(variable) }

  /// ``folder``, from other environment variables.
  package static func folder(_ variable: (String) -> String?) -> String {
    let base =
      variable("KINDLING_CACHE") ?? variable("XDG_CACHE_HOME").map { $0 + "/kindling" }
      ?? (variable("HOME") ?? ".") + "/.cache/kindling"
    return base + "/checkpoints"
  }

  /// The address `KINDLING_MIRROR`, below which files are asked for before the publishers are.
  static var mirror: String? { variable("KINDLING_MIRROR") }

  /// An environment variable that is not empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
