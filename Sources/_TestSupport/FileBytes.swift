import KindlingPlatform

/// Access to whole files as bytes, for tests.
package enum FileBytes {
  /// Returns the contents of `path`.
  package static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw FileError(path: path, code: errno) }
    defer { fclose(file) }
    guard fseek(file, 0, SEEK_END) == 0, case let size = ftell(file), size >= 0 else {
      throw FileError(path: path, code: errno)
    }
    rewind(file)
    return try Array(unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress, 1, size, file)
      guard count == size else { throw FileError(path: path, code: errno) }
    }
  }

  /// Replaces the contents of `path` by `bytes`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw FileError(path: path, code: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw FileError(path: path, code: errno)
    }
  }

  /// Creates a sparse file of `count` bytes at `path`.
  package static func writeSparse(_ count: Int, to path: String) throws {
    try write([], to: path)
    guard truncate(path, off_t(count)) == 0 else { throw FileError(path: path, code: errno) }
  }

  /// Returns whether a file exists at `path`.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Returns the names of the entries of a folder, sorted.
  package static func list(_ folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw FileError(path: folder, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Returns the Swift files below `folder`, sorted.
  package static func swiftFiles(below folder: String) throws -> [String] {
    try list(folder).flatMap { name in
      name.hasSuffix(".swift")
        ? ["\(folder)/\(name)"]
        : name.contains(".") ? [] : try swiftFiles(below: "\(folder)/\(name)")
    }
  }

  /// Runs `body` with a new folder that is removed afterwards with its files.
  package static func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/kindling-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(path: root, code: errno) }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(folder) }
    return try body(folder)
  }

  /// Removes a folder with its contents; links are not followed.
  private static func remove(_ folder: String) {
    for name in (try? list(folder)) ?? [] {
      let path = "\(folder)/\(name)"
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        remove(path)
      } else {
        unlink(path)
      }
    }
    rmdir(folder)
  }
}

/// An error of the system about a file.
package struct FileError: Error, CustomStringConvertible {
  let path: String
  let code: Int32
  package var description: String { "\(path): \(SystemCall.errorText(code))" }
}
