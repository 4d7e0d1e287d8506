import Foundation
import KindlingCore
import Testing
import _TestSupport

/// The limits that a kernel tells in files, which lie here in a folder of their own.
@Suite struct SystemMemoryTests {
  private let free = " 2097152 kB"
  private let gib = 1 << 30

  /// The available memory where the kernel's files hold `files`.
  private func available(_ files: [String: String]) throws -> Int {
    try FileBytes.withTemporaryFolder { root in
      for (path, text) in files {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(
          atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        try FileBytes.write(Array(text.utf8), to: root + path)
      }
      defer {
        for folder in ["proc", "sys"] {
          try? FileManager.default.removeItem(atPath: "\(root)/\(folder)")
        }
      }
      return SystemMemory(root: root).available()
    }
  }

  /// What is kept for other uses: an eighth, at most 256 MiB.
  private func less(_ bytes: Int) -> Int { bytes - min(bytes / 8, 256 << 20) }

  @Test func availableMemory() throws {
    let meminfo = "MemTotal: 99 kB\nMemFree: 5 kB\nMemAvailable: \(free)\n"
    #expect(try available(["/proc/meminfo": meminfo]) == less(2 * gib))
  }

  @Test func controlGroupsOfVersion2() throws {
    let files = [
      "/proc/meminfo": "MemAvailable: \(free)\n", "/proc/self/cgroup": "0::/docker/box\n",
      "/sys/fs/cgroup/docker/box/memory.max": "max\n",
      "/sys/fs/cgroup/docker/memory.max": "\(gib)\n",
      "/sys/fs/cgroup/docker/memory.current": "\(gib / 2)\n",
      "/sys/fs/cgroup/docker/memory.stat": "anon 3\ninactive_file \(gib / 4)\nfile 9\n",
    ]
    #expect(try available(files) == less(gib / 4 * 3))
  }

  @Test func controlGroupsOfVersion1() throws {
    var files = [
      "/proc/meminfo": "MemAvailable: \(free)\n",
      "/proc/self/cgroup": "5:cpu:/\n4:memory,hugetlb:/box\n0::/\n",
      "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": "\(gib)\n",
      "/sys/fs/cgroup/memory/box/memory.usage_in_bytes": "\(gib / 4)\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(try available(files) == less(gib / 4 * 3))
    // Inside a container the path may be that of the host, and the root that of the container.
    files["/proc/self/cgroup"] = "4:memory:/docker/elsewhere\n"
    files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "\(gib / 8)\n"
    #expect(try available(files) == less(gib / 8))
  }

  @Test func filesThatLackNumbers() throws {
    let files = [
      "/proc/meminfo": "MemAvailable:\n", "/proc/self/cgroup": "nothing\n0::\n:::\n",
      "/sys/fs/cgroup/memory.max": "", "/proc/self/statm": "x",
    ]
    let total = SystemMemory(root: "/nowhere").total()
    #expect(try available(files) == less(total))
  }
}
