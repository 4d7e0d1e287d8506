import Kindling
import KindlingPlatform
import Testing
import _TestExpectations

/// Calls of the system that fail: whichever it is, nothing is lost and the error says why.
@Suite struct FaultInjectionTests {
  @Test(arguments: FileHazardTests.forms, FileSystem.Call.allCases)
  func aSaveThatFailsLeavesTheOldFile(form: FileHazardTests.Form, call: FileSystem.Call) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let (old, new) = (try Tensor.arange(40.0), try Tensor.ones([4000]))
      try form.write(old, path)
      var number = 1
      while let result = InjectedFault.result(call, number, EIO, { try form.write(new, path) }) {
        switch result {
        // Naming a file is tried in two ways.
        case .success: try form.write(old, path)
        case .failure(let error):
          #expect("\(error)".contains(String(cString: strerror(EIO))), "\(error)")
          #expect(try form.read(path).equal(old))
        }
        #expect(try FileBytes.list(folder) == ["file"])
        number += 1
      }
      if [.write, .sync, .rename, .status].contains(call) { #expect(number > 1) }
    }
  }

  @Test(arguments: FileHazardTests.forms, [FileSystem.Call.open, .read, .status])
  func aLoadThatFailsSaysWhy(form: FileHazardTests.Form, call: FileSystem.Call) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let values = try Tensor.arange(4000).to(.float32)
      try form.write(values, path)
      var number = 1
      while let result = InjectedFault.result(call, number, EIO, { try form.read(path) }) {
        let reason = String(cString: strerror(EIO))
        expectRefusal("\(path): …\(reason)…", that: { ($0 as? CheckpointError)?.kind == .file }) {
          try result.get()
        }
        number += 1
      }
      #expect(number > 1)
      // An interrupted call is made again.
      for number in 1..<number {
        #expect(
          try InjectedFault.result(call, number, EINTR, { try form.read(path) })?.get().equal(
            values) == true)
      }
    }
  }
}
