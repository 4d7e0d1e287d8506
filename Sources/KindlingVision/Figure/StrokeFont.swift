/// A font of strokes, so that a picture of any size needs no font file.
///
/// A glyph is a list of strokes, and a stroke a list of points of two digits: x from 0 to 4 and y
/// from 0 to 9. The baseline is 2, the height of small letters 6 and of capitals 8, and descenders
/// reach 0. A single point is a dot.
enum StrokeFont {
  /// Returns the strokes of `text`, relative to its position on the baseline.
  static func strokes(
    _ text: String, size: Double, anchor: Shape.Anchor
  ) -> [[(x: Double, y: Double)]] {
    let unit = size / 8.6
    var result: [[(x: Double, y: Double)]] = []
    var x = 0.0
    for character in text {
      let glyph = glyphs[character] ?? unknown
      result += glyph.strokes.map { stroke in
        stroke.map { (x: (x + Double($0.x)) * unit, y: (2 - Double($0.y)) * unit) }
      }
      x += Double(glyph.width) + 1.6
    }
    let length = max(x - 1.6, 0) * unit
    let shift =
      switch anchor {
      case .start: 0.0
      case .middle: -length / 2
      case .end: -length
      }
    return result.map { $0.map { (x: $0.x + shift, y: $0.y) } }
  }

  struct Glyph: Sendable {
    let strokes: [[(x: Int, y: Int)]]
    let width: Int

    init(_ text: Substring) {
      strokes = text.split(separator: ",").map { stroke in
        stroke.split(separator: " ").compactMap { point in
          let digits = point.compactMap(\.wholeNumberValue)
          return digits.count == 2 ? (digits[0], digits[1]) : nil
        }
      }
      width = strokes.joined().map(\.x).max() ?? 2
    }
  }

  /// An empty box for characters that the font lacks.
  private static let unknown = Glyph("02 08 48 42 02")

  static let glyphs: [Character: Glyph] = {
    var table: [Character: Glyph] = [" ": Glyph("")]
    for line in source.split(separator: "\n") {
      guard let character = line.first else { continue }
      table[character] = Glyph(line.dropFirst(2))
    }
    return table
  }()

  private static let source = """
    A 02 28 42,14 34
    B 02 08 38 47 46 35 05,35 44 43 32 02
    C 47 38 18 07 03 12 32 43
    D 02 08 28 46 44 22 02
    E 48 08 02 42,05 35
    F 48 08 02,05 35
    G 47 38 18 07 03 12 32 43 45 25
    H 02 08,42 48,05 45
    I 08 28,18 12,02 22
    J 38 33 22 12 03
    K 02 08,48 05 42
    L 08 02 42
    M 02 08 25 48 42
    N 02 08 42 48
    O 18 07 03 12 32 43 47 38 18
    P 02 08 38 47 46 35 05
    Q 18 07 03 12 32 43 47 38 18,24 42
    R 02 08 38 47 46 35 05,25 42
    S 47 38 18 07 06 15 35 44 43 32 12 03
    T 08 48,28 22
    U 08 03 12 32 43 48
    V 08 22 48
    W 08 12 26 32 48
    X 08 42,48 02
    Y 08 25 48,25 22
    Z 08 48 02 42
    a 06 16 36 45 42,44 14 03 12 32 43
    b 08 02,05 16 36 45 43 32 12 03
    c 45 36 16 05 03 12 32 43
    d 48 42,45 36 16 05 03 12 32 43
    e 04 44 45 36 16 05 03 12 32 43
    f 38 28 17 12,06 36
    g 46 41 30 10 01,45 36 16 05 03 12 32 43
    h 08 02,05 16 36 45 42
    i 06 02,08
    j 16 11 00,18
    k 08 02,36 04 32
    l 08 03 12
    m 02 06,05 16 25 22,25 36 45 42
    n 02 06,05 16 36 45 42
    o 16 05 03 12 32 43 45 36 16
    p 06 00,05 16 36 45 43 32 12 03
    q 46 40,45 36 16 05 03 12 32 43
    r 02 06,05 16 36
    s 45 36 16 05 14 34 43 32 12 03
    t 18 13 22 32,06 36
    u 06 03 12 32 43,46 42
    v 06 22 46
    w 06 12 25 32 46
    x 06 42,46 02
    y 06 22,46 10 00
    z 06 46 02 42
    0 18 07 03 12 32 43 47 38 18
    1 07 18 12,02 22
    2 07 18 38 47 46 02 42
    3 07 18 38 47 46 35 44 43 32 12 03,15 35
    4 32 38 04 44
    5 48 08 05 35 44 43 32 12 03
    6 47 38 18 07 03 12 32 43 44 35 15 04
    7 08 48 12
    8 15 06 07 18 38 47 46 35 15 04 03 12 32 43 44 35
    9 46 35 15 06 07 18 38 47 43 32 12 03
    ! 18 14,12
    " 08 06,28 26
    # 18 12,38 32,06 46,04 44
    $ 47 38 18 07 06 15 35 44 43 32 12 03,29 21
    % 48 02,08 18 17 07 08,33 43 42 32 33
    & 42 17 18 28 27 04 03 12 22 44
    ' 08 06
    ( 19 07 03 11
    ) 09 17 13 01
    * 27 23,06 44,46 04
    + 26 22,04 44
    , 12 01
    - 04 34
    . 12
    / 01 39
    : 15,12
    ; 15,12 01
    < 36 04 32
    = 05 45,03 43
    > 06 34 02
    ? 07 18 38 47 46 25 24,22
    @ 43 32 12 03 07 18 38 47 44 33 24 25 36 46
    [ 29 09 01 21
    \\ 09 31
    ] 09 29 21 01
    ^ 06 28 46
    _ 01 41
    ` 09 17
    { 29 18 16 05 14 12 21
    | 09 01
    } 09 18 16 25 14 12 01
    ~ 04 15 33 44
    … 02,22,42
    × 06 42,46 02
    – 04 44
    ° 18 07 16 27 18
    """
}
