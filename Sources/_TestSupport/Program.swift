import CKernels
import KindlingPlatform

/// A runner of this package's executables, as a user runs them.
package enum Program {
  /// Whether a program of this build starts where the address space is limited (`ulimit -v`): the
  /// address and the thread sanitizer reserve terabytes of it.
  package static var startsInLimitedSpace: Bool { kk_sanitizer() == .none }

  /// The result of a run.
  package struct Result {
    package let status: Int32
    package let output: String
    package let errors: String
    /// The lines of standard output.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Runs the executable `name` of this build in `folder` and waits for it.
  ///
  /// `setup` is a shell command to run first, such as `ulimit -f 64;`. The process is killed
  /// `microsecondsLater` after it has written a file called `mark`.
  package static func run(
    _ name: String, _ arguments: [String], in folder: String = ".", setup: String = "",
    killedOnceThereIs mark: String? = nil, microsecondsLater: UInt32 = 0
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
      // The shell changes the folder, since not every C library supports that in a spawn.
      let shell = ["/bin/sh", "-c", "cd \"$0\" && \(setup) exec \"$@\"", folder, path]
      var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) }
      words.append(nil)
      defer { for word in words { free(word) } }
      let before = mark.map(identity)
      var process: pid_t = 0
      let code = posix_spawn(&process, "/bin/sh", &actions, nil, &words, environ)
      guard code == 0 else { throw FileError(path: path, code: code) }
      if let mark { end(process, onceThereIs: mark, after: before, microsecondsLater) }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      return Result(
        // A signal counts as its own failure: 128 plus its number, as in a shell.
        status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F,
        output: String(decoding: try FileBytes.read(output), as: UTF8.self),
        errors: String(decoding: try FileBytes.read(errors), as: UTF8.self))
    }
  }

  /// Returns the identity of the file at `path`, which changes when the file is saved again.
  private static func identity(_ path: String) -> UInt64 {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
  }

  private static func end(
    _ process: pid_t, onceThereIs mark: String, after before: UInt64?, _ delay: UInt32
  ) {
    var information = siginfo_t()
    while identity(mark) == before {
      // The process may end by itself.
      information.si_signo = 0
      if waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) != 0
        || information.si_signo != 0
      {
        return
      }
      usleep(200)
    }
    usleep(delay)
    kill(process, SIGKILL)
  }

  /// Returns the path of the executable `name`, in the folder of the test program.
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
