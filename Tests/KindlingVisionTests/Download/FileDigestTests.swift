import KindlingVision
import Testing
import _TestSupport

/// Sums of files, against the ones that their standards list (RFC 1321, FIPS 180-4).
@Suite struct FileDigestTests {
  private static let million = [UInt8](repeating: 0x61, count: 1_000_000)

  @Test func sumsAreTheStandards() throws {
    let cases: [(bytes: [UInt8], md5: String, sha256: String)] = [
      (
        [], "d41d8cd98f00b204e9800998ecf8427e",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      ),
      (
        Array("abc".utf8), "900150983cd24fb0d6963f7d28e17f72",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      // Longer than what is read at once.
      (
        Self.million, "7707d6ae4e027c70eea2a935c2296f21",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    try FileBytes.withTemporaryFolder { folder in
      for (bytes, md5, sha256) in cases {
        let path = "\(folder)/\(bytes.count)"
        try FileBytes.write(bytes, to: path)
        #expect(try FileDigest.md5("").sum(of: bytes) == md5)
        #expect(try FileDigest.md5("").sum(ofFile: path) == md5)
        #expect(try FileDigest.sha256("").sum(of: bytes) == sha256)
        #expect(try FileDigest.sha256("").sum(ofFile: path) == sha256)
        #expect(FileDigest.sha256(String(sha256.prefix(8))).accepts(sha256))
        #expect(!FileDigest.md5(String(md5.prefix(8))).accepts(md5))
      }
    }
  }
}
