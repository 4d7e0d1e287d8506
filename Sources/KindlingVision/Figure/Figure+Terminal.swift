import KindlingPlatform

extension Figure {
  /// Shows the picture on standard output (matplotlib: `show`).
  ///
  /// It is colored on a terminal, and plain characters if the output goes to a file or another
  /// program.
  ///
  /// - Throws: ``VisionError`` for an invalid size.
  public func show() throws {
    let output = StandardStream.output
    let columns = min(output.columns ?? 80, 160)
    print(try text(columns: columns, colors: output.isTerminal), terminator: "")
  }

  /// Returns the picture as text.
  ///
  /// With `colors`, each character shows two pixels, one above the other, in the terminal's 24-bit
  /// colors. Without, darker characters stand for darker pixels.
  ///
  /// - Throws: ``VisionError`` if `columns` is not in 10…1000, or for an invalid size.
  public func text(columns: Int = 80, colors: Bool = true) throws -> String {
    guard (10...1000).contains(columns), (0.1...200).contains(size.width),
      (0.1...200).contains(size.height)
    else {
      throw VisionError(
        .value,
        "Figure: 10 to 1000 columns and 0.1 to 200 inches can be shown, not \(columns) and \(size)")
    }
    let height = max(2, Int((Double(columns) * min(size.height / size.width, 20)).rounded()))
    var canvas = Canvas(columns, height + height % 2)
    var letters: [Int: Character] = [:]
    for shape in shapes(Double(columns), Double(canvas.height), .terminal) {
      if case .text(let text, let x, let y, _, let anchor, let turned, _) = shape {
        letters.merge(TerminalText.cells(text, x, y, anchor, turned: turned, canvas)) { $1 }
      } else {
        try canvas.draw(shape)
      }
    }
    return TerminalText.lines(canvas, letters, colors: colors)
  }
}

/// The conversion of pixels and letters to lines of text.
private enum TerminalText {
  /// Returns the cells that a text fills, as indices in row-major order.
  static func cells(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Shape.Anchor, turned: Bool,
    _ canvas: Canvas
  ) -> [Int: Character] {
    let back =
      switch anchor {
      case .start: 0.0
      case .middle: Double(text.count) / 2
      case .end: Double(text.count)
      }
    guard x.isFinite, y.isFinite, abs(x) < 1e6, abs(y) < 1e6 else { return [:] }
    // A baseline is the lower pixel of a cell; a turned text runs downwards, letter by letter.
    let column = Int((turned ? x : x - back).rounded(.down))
    let row = Int(((turned ? y - back * 2 : y) / 2).rounded(.down))
    var result: [Int: Character] = [:]
    for (i, letter) in text.enumerated() {
      let (u, v) = turned ? (column, row + i) : (column + i, row)
      if u >= 0 && u < canvas.width && v >= 0 && v < canvas.height / 2 {
        result[v * canvas.width + u] = letter
      }
    }
    return result
  }

  static func lines(_ canvas: Canvas, _ letters: [Int: Character], colors: Bool) -> String {
    var result = ""
    for row in 0..<canvas.height / 2 {
      var line = ""
      var state = ""
      for x in 0..<canvas.width {
        let (upper, lower) = (canvas.color(x, 2 * row), canvas.color(x, 2 * row + 1))
        let letter = letters[row * canvas.width + x]
        if !colors {
          line.append(letter ?? shade(upper, lower))
          continue
        }
        let front = letter == nil ? upper : Color.black
        let wanted =
          "\u{1B}[38;2;\(front.red);\(front.green);\(front.blue);48;2;\(lower.red);\(lower.green);\(lower.blue)m"
        if wanted != state { line += wanted }
        state = wanted
        line.append(letter ?? "▀")
      }
      result += colors ? line + "\u{1B}[0m\n" : line.trimmedEnd + "\n"
    }
    return result
  }

  private static let shades = Array("@%#*+=-:. ")

  private static func shade(_ a: Color, _ b: Color) -> Character {
    func light(_ color: Color) -> Int {
      299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue)
    }
    let share = Double(light(a) + light(b)) / 510_000
    return shades[min(Int(share * Double(shades.count)), shades.count - 1)]
  }
}

extension String {
  /// The text without trailing spaces.
  fileprivate var trimmedEnd: Substring {
    self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
  }
}
