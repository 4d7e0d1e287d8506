import KindlingPlatform

/// The memory that the system has for this process.
///
/// The kernel overcommits memory and kills a process that uses it. Therefore the limits of the
/// machine, of the control groups (both versions) and of the address space are read.
package struct SystemMemory {
  /// The folder that contains `/proc` and `/sys`.
  private let root: String

  /// Creates a reader of the kernel's files; tests use their own `root`.
  package init(root: String = "") { self.root = root }

  /// Returns the memory of the machine in bytes, or of the control group if that is less.
  package func total() -> Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), pageSize = sysconf(Int32(_SC_PAGESIZE))
    let (machine, overflow) = pages.multipliedReportingOverflow(by: pageSize)
    let memory = pages > 0 && pageSize > 0 && !overflow ? machine : 1 << 40
    return groups().reduce(memory) { min($0, $1.limit) }
  }

  /// Returns the bytes that this process may still use, minus a reserve for memory outside the
  /// allocator.
  package func available() -> Int {
    var free = total()
    if let kilobytes = field("MemAvailable:", of: "/proc/meminfo") {
      free = min(free, kilobytes.multipliedReportingOverflow(by: 1024).partialValue)
    }
    for group in groups() {
      // Cached files count as used, but are evicted when their memory is needed.
      free = min(free, group.limit - group.used + group.cached)
    }
    if let room = addressSpace() { free = min(free, room) }
    return max(0, free - min(free / 8, 256 << 20))
  }

  /// Returns the bytes left under the address space limit (`ulimit -v`), or nil without a limit.
  private func addressSpace() -> Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    #else
      guard getrlimit(RLIMIT_AS, &limit) == 0 else { return nil }
    #endif
    guard limit.rlim_cur < rlim_t(Int.max), let pages = number("/proc/self/statm") else {
      return nil
    }
    return max(0, Int(limit.rlim_cur) - pages * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  // MARK: Control groups

  private struct Group {
    let limit, used, cached: Int
  }

  /// Returns the control groups of the process that have a limit, from inner to outer.
  private func groups() -> [Group] {
    var found: [Group] = []
    for line in text("/proc/self/cgroup").split(separator: "\n") {
      // The group's number, its controllers and its path; version 2 names no controllers.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isSecond = parts[1].isEmpty
      guard isSecond || parts[1].split(separator: ",").contains("memory") else { continue }
      let base = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let names =
        isSecond
        ? ("memory.max", "memory.current", "inactive_file")
        : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
      var path = parts[2][...]
      while true {
        let folder = base + (path == "/" ? "" : path)
        // "max", and numbers near the largest, mean no limit.
        if let limit = number("\(folder)/\(names.0)"), limit > 0, limit < 1 << 60 {
          found.append(
            Group(
              limit: limit, used: number("\(folder)/\(names.1)") ?? 0,
              cached: field(names.2, of: "\(folder)/memory.stat") ?? 0))
        }
        guard let slash = path.lastIndex(of: "/"), path != "/" else { break }
        path = slash == path.startIndex ? "/" : path[..<slash]
      }
    }
    return found
  }

  // MARK: Files

  /// Returns the content of a kernel file, as far as it is needed.
  private func text(_ path: String) -> String {
    guard let file = fopen(root + path, "re") else { return "" }
    defer { fclose(file) }
    return withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { bytes in
      let count = fread(bytes.baseAddress, 1, bytes.count, file)
      return String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  /// Returns the first number in a file.
  private func number(_ path: String) -> Int? {
    text(path).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }

  /// Returns the number after `name` at the beginning of a line.
  private func field(_ name: String, of path: String) -> Int? {
    for line in text(path).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
  }
}
