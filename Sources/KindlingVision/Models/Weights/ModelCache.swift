import KindlingPlatform

/// The cache of pretrained weights.
public enum ModelCache {
  /// The folder of files, created by the first download.
  ///
  /// It is `checkpoints` in the folder `KINDLING_CACHE`, or in `kindling` below `XDG_CACHE_HOME`,
  /// or in `~/.cache/kindling`.
  public static var folder: String { folder(variable) }

  /// Returns ``folder`` for other environment variables.
  package static func folder(_ variable: (String) -> String?) -> String {
    let base =
      variable("KINDLING_CACHE") ?? variable("XDG_CACHE_HOME").map { $0 + "/kindling" }
      ?? (variable("HOME") ?? ".") + "/.cache/kindling"
    return base + "/checkpoints"
  }

  /// The address `KINDLING_MIRROR`, which is tried before the publishers.
  static var mirror: String? { variable("KINDLING_MIRROR") }

  /// Returns an environment variable; `nil` if it is unset or empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
