import KindlingVision
import Testing
import _TestSupport

@Suite struct FileDigestTests {
  /// RFC 1321, appendix A.5, and FIPS 180-4; beginnings of SHA-256 sums, and what is none.
  @Test(arguments: [
    (FileDigest.md5("900150983cd24fb0d6963f7d28e17f72"), "abc", true),
    (.md5("D41D8CD98F00B204E9800998ECF8427E"), "", true),
    (.md5("9001"), "abc", false),
    (.md5(""), "abc", false),
    (.sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "abc", true),
    (.sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae"), "abc", false),
    (.sha256("ba7816bf"), "abc", true),
    (.sha256("E3B0C442"), "", true),
    (.sha256("e3b0c442"), "abc", false),
    (.sha256(""), "abc", false),
  ])
  func knowsAFile(digest: FileDigest, text: String, isMeant: Bool) throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(Array(text.utf8), to: folder + "/file")
      let found = try digest.sum(ofFile: folder + "/file")
      #expect(digest.accepts(found) == isMeant, "\(found)")
    }
  }

  @Test func aFileLongerThanTheBufferIsReadWhole() throws {
    try FileBytes.withTemporaryFolder { folder in
      let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try FileBytes.write(bytes, to: folder + "/file")
      #expect(try FileDigest.sha256("").sum(ofFile: folder + "/file") == sha256(bytes))
      #expect(try FileDigest.md5("").sum(ofFile: folder + "/file") == md5(bytes))
    }
  }
}
