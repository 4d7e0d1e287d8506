#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Calls `body` with a new folder, which goes away with the files in it.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/tutorial-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw FolderError(code: errno) }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    if let entries = opendir(folder) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        unlink("\(folder)/\(name)")
      }
      closedir(entries)
    }
    rmdir(folder)
  }
  try body(folder)
}

struct FolderError: Error { let code: Int32 }
