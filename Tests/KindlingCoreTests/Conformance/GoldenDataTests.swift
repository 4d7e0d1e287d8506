import Testing
import _TestSupport

@Suite struct GoldenDataTests {
  /// `Tests/Golden/README.md` says of every file or folder how it was made.
  @Test func everyFileHasAnOrigin() throws {
    let text = String(decoding: try FileBytes.read(Golden.path("README.md")), as: UTF8.self)
    for file in try FileBytes.list(Golden.path("")) where file != "README.md" {
      let names = [file, String(file.prefix { $0 != "." })]
      #expect(names.contains { text.contains("`\($0)`") }, "\(file)")
    }
  }
}
