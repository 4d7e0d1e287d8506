/// The classes that sources declare, so that lists of them cannot fall behind.
package enum SourceClasses {
  /// Returns the subclasses of `base` in `Sources/MODULE`, direct or not, with their superclasses.
  package static func subclasses(of base: String, in module: String) throws -> [String: String] {
    var superclasses: [String: String] = [:]
    for path in try FileBytes.swiftFiles(below: "\(projectRoot)/Sources/\(module)") {
      let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      for line in text.split(separator: "\n") where line.first != " " && line.first != "/" {
        let words = line.split { " :,<{".contains($0) }
        guard let place = words.firstIndex(of: "class"), place + 2 < words.count else { continue }
        superclasses[String(words[place + 1])] = String(words[place + 2])
      }
    }
    func isBelow(_ name: String) -> Bool {
      name == base || superclasses[name].map(isBelow) ?? false
    }
    return superclasses.filter { $0.key != base && isBelow($0.key) }
  }
}
