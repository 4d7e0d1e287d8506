import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

/// Pictures, tables, folders and pages whose reading or writing fails at some call of the system.
@Suite struct FileFaultTests {
  /// A way to use a file, `name` in a folder.
  struct Use: Sendable, CustomTestStringConvertible {
    let name: String
    let run: @Sendable (String) throws -> Void
    var testDescription: String { name }
  }

  static let writers: [Use] = [
    Use(name: "a.png") { try writeImage(Tensor.zeros([3, 8, 8], dtype: .uint8), to: $0) },
    Use(name: "a.jpg") { try writeImage(Tensor.zeros([3, 8, 8], dtype: .uint8), to: $0) },
    Use(name: "a.svg") { path in
      let figure = Figure()
      try figure.addSubplot().plot([1, 2, 3])
      try figure.save(path)
    },
    Use(name: "b.png") { path in
      let figure = Figure()
      try figure.addSubplot().plot([1, 2, 3])
      try figure.save(path)
    },
  ]

  @Test(arguments: writers, FileSystem.Call.allCases)
  func aWriteThatFailsLeavesTheOldFile(use: Use, call: FileSystem.Call) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/\(use.name)"
      try FileBytes.write([1, 2, 3], to: path)
      var number = 1
      while let result = InjectedFault.result(call, number, EIO, { try use.run(path) }) {
        switch result {
        // Naming a file is tried in two ways.
        case .success: try FileBytes.write([1, 2, 3], to: path)
        case .failure(let error):
          #expect("\(error)".contains(String(cString: strerror(EIO))), "\(error)")
          #expect("\(error)".contains(path), "\(error)")
          #expect(try FileBytes.read(path) == [1, 2, 3])
        }
        #expect(try FileBytes.list(folder) == [use.name])
        number += 1
      }
      if [.write, .rename].contains(call) { #expect(number > 1) }
      // Where no call failed, the file is the new one.
      #expect(try FileBytes.read(path).count > 3)
    }
  }

  static let readers: [Use] = [
    Use(name: "a.png") { _ = try readImage($0) }, Use(name: "a.jpg") { _ = try readImage($0) },
    Use(name: "b.png") { _ = try Image.open($0) },
    Use(name: "a.csv") { path in
      let table = try CSVTable(path)
      #expect(table.count == 1)
    },
  ]

  @Test(arguments: readers, [FileSystem.Call.open, .read, .status])
  func aReadThatFailsSaysWhy(use: Use, call: FileSystem.Call) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/\(use.name)"
      if use.name.hasSuffix("csv") {
        try FileBytes.write(Array("a,b\n1,2\n".utf8), to: path)
      } else {
        try writeImage(Tensor.zeros([3, 8, 8], dtype: .uint8), to: path)
      }
      var number = 1
      while let result = InjectedFault.result(call, number, EIO, { try use.run(path) }) {
        expectRefusal("…\(path)…\(String(cString: strerror(EIO)))…") { try result.get() }
        number += 1
      }
      #expect(number > 1)
      // An interrupted call is made again.
      for number in 1..<number {
        try InjectedFault.result(call, number, EINTR, { try use.run(path) })?.get()
      }
    }
  }

  /// No picture of a folder is left out because the system says nothing of it.
  @Test(arguments: [FileSystem.Call.list, .status])
  func aFolderThatCannotBeListedIsAnError(call: FileSystem.Call) throws {
    try FileBytes.withTemporaryFolder { root in
      let folders = ["\(root)/a", "\(root)/b", "\(root)/b/c"]
      for folder in folders {
        #expect(mkdir(folder, 0o755) == 0)
        try writeImage(Tensor.zeros([3, 8, 8], dtype: .uint8), to: "\(folder)/0.png")
      }
      defer {
        for folder in folders.reversed() {
          remove("\(folder)/0.png")
          remove(folder)
        }
      }
      func count() throws -> Int { try ImageFolder(root, transform: ToTensor()).samples.count }
      #expect(try count() == 3)
      var number = 1
      while let result = InjectedFault.result(call, number, EACCES, count) {
        expectRefusal("…\(root)…\(String(cString: strerror(EACCES)))…") { try result.get() }
        number += 1
      }
      #expect(number > 1)
    }
  }
}
