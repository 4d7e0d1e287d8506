#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program of this package, run as a user runs it.
package enum Program {
  /// What a run came to.
  package struct Result {
    package let status: Int32
    package let output: String
    package let errors: String
    /// The lines of standard output.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Runs the executable `name` of this build in `folder` and waits for it.
  package static func run(
    _ name: String, _ arguments: [String], in folder: String = "."
  ) throws -> Result {
    try FileBytes.withTemporaryFolder { temporary in
      let path = try executable(name)
      let (output, errors) = ("\(temporary)/output", "\(temporary)/errors")
      #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
      #else
        var actions = posix_spawn_file_actions_t()
      #endif
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
      // The shell changes the folder, which not every C library lets a spawn do.
      let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, path]
      var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) }
      words.append(nil)
      defer { for word in words { free(word) } }
      var process: pid_t = 0
      let code = posix_spawn(&process, "/bin/sh", &actions, nil, &words, environ)
      guard code == 0 else { throw FileError(path: path, code: code) }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      return Result(
        // A signal counts as a failure of its own: 128 and its number, as a shell says it.
        status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F,
        output: String(decoding: try FileBytes.read(output), as: UTF8.self),
        errors: String(decoding: try FileBytes.read(errors), as: UTF8.self))
    }
  }

  /// Where this build put `name`: beside the program that runs the tests.
  private static func executable(_ name: String) throws -> String {
    var candidates: [String] = []
    #if canImport(Glibc)
      if let own = realpath("/proc/self/exe", nil) {
        candidates.append(folder(of: String(cString: own)))
        free(own)
      }
    #endif
    candidates += ["release", "debug"].map { "\(projectRoot)/.build/\($0)" }
    for candidate in candidates where access("\(candidate)/\(name)", X_OK) == 0 {
      return "\(candidate)/\(name)"
    }
    throw FileError(path: "\(candidates.first ?? ".")/\(name)", code: ENOENT)
  }

  private static func folder(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }
}
