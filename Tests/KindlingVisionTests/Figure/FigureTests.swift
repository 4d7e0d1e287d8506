import Kindling
import KindlingVision
import Testing
import _TestExpectations

@Suite struct FigureTests {
  private func picture() throws -> Figure {
    let figure = Figure(size: (4, 3))
    let image = try figure.addSubplot(1, 2, 1)
    image.title("ink & paper")
    image.axis(.off)
    try image.imshow(Tensor([0, 1, 1, 0]).reshape([2, 2]), cmap: .gray)
    let plot = try figure.addSubplot(1, 2, 2)
    try plot.plot([1, 2, .nan, 4, 8], label: "loss")
    try plot.bar([0, 1], [3, 4], color: Color(255, 0, 0), label: "bars")
    plot.legend()
    plot.xlabel("epoch")
    return figure
  }

  @Test func drawsPixels() throws {
    let image = try picture().render()
    #expect(image.shape == [3, 300, 400] && image.dtype == .uint8)
    // Left half: a square of four quarters, white but for two black ones.
    func pixel(_ y: Int, _ x: Int) throws -> [Int] {
      try (0..<3).map { try image[$0, y, x].item(as: Int.self) }
    }
    #expect(try pixel(110, 50) == [0, 0, 0] && pixel(110, 150) == [255, 255, 255])
    #expect(try pixel(200, 50) == [255, 255, 255] && pixel(200, 150) == [0, 0, 0])
    let red = try (image[0] .== 255).to(.int64) * (image[1] .== 0).to(.int64)
    #expect(try red.sum().item() > 500)
    #expect(try pixel(0, 0) == [255, 255, 255])
  }

  /// The numbers on the axes of a line between two heights.
  private func labels(_ low: Double, _ high: Double) throws -> [String] {
    let figure = Figure(size: (4, 4))
    let axes = try figure.addSubplot()
    try axes.plot([low, high])
    axes.xticks([""])
    return try figure.svg().split(separator: "<text ").dropFirst().compactMap { element in
      element.split(separator: ">").dropFirst().first.map { String($0.prefix { $0 != "<" }) }
    }.filter { !$0.isEmpty }
  }

  @Test(
    arguments: [
      (1e6, 1e6 + 1), (1e8, 1e8 + 5), (1, 1 + 5e-8), (1.7e9, 1.7e9 + 100), (0, 1e-9), (0, 5e7),
      (-0.002, 0.003),
    ] as [(Double, Double)]) func neighboursOnAnAxisDiffer(low: Double, high: Double) throws
  {
    let labels = try labels(low, high)
    #expect(labels.count > 2 && Set(labels).count == labels.count, "\(labels)")
    for label in labels { #expect(Double(label) != nil && label.count < 20, "\(label)") }
  }

  @Test func linesEndAtTheFrame() throws {
    let figure = Figure(size: (4, 4))
    let axes = try figure.addSubplot()
    axes.axis(.off)
    try axes.plot([0, 10, 0, 10, 0])
    axes.ylim(0...5)
    axes.xlim(0...4)
    let lines = try figure.svg().split(separator: "<polyline points=\"").dropFirst().map {
      $0.prefix { $0 != "\"" }.split(separator: " ").map { point in
        point.split(separator: ",").compactMap { Double($0) }
      }
    }
    // Up to the frame, away, and back: three parts that leave it at 0.5, 1.5, 2.5 and 3.5.
    #expect(lines.map(\.count) == [2, 3, 2])
    let width = try #require(lines.last?.last?.first) - lines[0][0][0]
    let leaves = [lines[0][1][0], lines[1][0][0], lines[1][2][0], lines[2][0][0]].map {
      ($0 - lines[0][0][0]) / width * 4
    }
    expectClose(leaves, [0.5, 1.5, 2.5, 3.5], atol: 0.01)
  }

  @Test func imagesKeepToTheLimits() throws {
    let figure = Figure(size: (3, 3))
    let axes = try figure.addSubplot()
    axes.axis(.off)
    // Black on the left, white on the right.
    try axes.imshow(Tensor([0.0, 0, 1, 1]).expand([4, 4]), cmap: .gray)
    axes.xlim(1.5...3.5)
    let image = try figure.render()
    #expect(try (image .== 0).sum().item() == 0)
    axes.xlim(-0.5...1.5)
    let dark = try (figure.render()[0] .== 0).to(.int64).sum().item()
    #expect(dark > 10_000)
  }

  @Test func countsAsNumPyDoes() throws {
    let axes = try Figure().addSubplot()
    let values = (0...20).map { Double($0) / 10 }
    #expect(
      try axes.hist(values, bins: 20) == [
        1, 1, 2, 0, 1, 2, 1, 0, 1, 1, 1, 2, 0, 2, 0, 1, 2, 0, 2, 1,
      ])
    #expect(try axes.hist([1e17, 1e17], bins: 2).reduce(0, +) == 2)
    #expect(
      try axes.hist([0.1, 0.3, 0.3, 0.7, 0.9, 0.6000000000000001], bins: 4) == [3, 0, 2, 1])
  }

  @Test func largeFiguresOfSmallImagesStaySmall() throws {
    let figure = Figure(size: (150, 150))
    let axes = try figure.addSubplot()
    try axes.imshow(Tensor.rand(4, 4))
    #expect(try figure.svg().utf8.count < 1 << 22)
  }

  @Test func writesSVG() throws {
    let svg = try picture().svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains(">ink &amp; paper</text>") && svg.contains(">epoch</text>"))
    #expect(svg.contains("data:image/png;base64,iVBORw0KGgo"))
    // The gap at NaN makes two lines and a frame; the legend adds a third in the same colour.
    #expect(svg.components(of: "stroke=\"#1f77b4\"") == 3)
    #expect(svg.components(of: "fill=\"#ff0000\"") == 3)
    #expect(svg.components(of: "<svg") == 1)
  }

  @Test func savesBySuffix() throws {
    try FileBytes.withTemporaryFolder { folder in
      let figure = try picture()
      for name in ["a.png", "a.jpg", "a.svg"] { try figure.save("\(folder)/\(name)") }
      #expect(try readImage("\(folder)/a.png").equal(figure.render()))
      expectRefusal("…must end in .svg, .png…") { try figure.save("\(folder)/a.gif") }
    }
  }

  @Test func becomesText() throws {
    let plain = try picture().text(columns: 40, colors: false)
    #expect(plain.contains("ink & paper") && plain.contains("@@@@@"))
    #expect(!plain.contains("\u{1B}") && plain.split(separator: "\n").allSatisfy { $0.count <= 40 })
    let colored = try picture().text(columns: 40)
    #expect(colored.contains("\u{1B}[38;2;255;0;0;48;2;255;0;0m▀"))
    #expect(colored.split(separator: "\n").allSatisfy { $0.hasSuffix("\u{1B}[0m") })
  }

  @Test func countsForHistograms() throws {
    let axes = try Figure().addSubplot()
    #expect(try axes.hist([0, 0.5, 1, 1, 2, .nan, .infinity], bins: 2) == [2, 3])
    #expect(try axes.hist([3, 3], bins: 3) == [0, 2, 0])
    #expect(try axes.hist([] as [Double]) == [Int](repeating: 0, count: 10))
    #expect(try axes.hist(Tensor.arange(10), bins: 5) == [2, 2, 2, 2, 2])
  }

  @Test(
    arguments: [
      (Colormap.gray, 0.5, Color(128, 128, 128)), (.grayReversed, 0, .white),
      (.viridis, 0, Color(68, 1, 84)), (.viridis, 1, Color(253, 231, 37)),
      (.viridis, 7, Color(253, 231, 37)), (.blues, -1, Color(247, 251, 255)),
      (.gray, .nan, .lightGray), (.gray, .infinity, .white),
    ] as [(Colormap, Double, Color)]) func mapsColors(map: Colormap, value: Double, color: Color)
  {
    #expect(map(value) == color)
  }

  /// Numbers that no plot can show end neither the program nor the picture.
  @Test(
    arguments: [
      [], [1], [.nan], [.infinity, 1], [1e308, -1e308], [.leastNonzeroMagnitude, 0], [5, 5, 5],
      [1e15, 1e15 + 1],
      [-1e300, 1e300],
    ] as [[Double]]) func survives(values: [Double]) throws
  {
    let figure = Figure(size: (1.5, 1))
    let axes = try figure.addSubplot()
    try axes.plot(values)
    try axes.plot(values, values)
    try axes.scatter(values, values)
    try axes.bar(values, values)
    try axes.hist(values)
    axes.grid()
    axes.legend()
    axes.title(String(repeating: "long ", count: 50) + "한글")
    #expect(try figure.render().shape == [3, 100, 150])
    #expect(try figure.svg().contains("<svg"))
    #expect(try !figure.text(columns: 20).isEmpty)
  }

  @Test func refuses() throws {
    let figure = Figure(), axes = try Figure().addSubplot()
    expectRefusal("addSubplot: …no place 5…") { try figure.addSubplot(2, 2, 5) }
    expectRefusal("addSubplot: …no place 0…") { try figure.addSubplot(1, 1, 0) }
    expectRefusal("plot: …same length, but have 2 and 1") { try axes.plot([1, 2], [1]) }
    expectRefusal("bar: …same length, but have 1 and 2") { try axes.bar(["a"], [1, 2]) }
    expectRefusal("bar: …width must be positive…") { try axes.bar([1], [1], width: .nan) }
    expectRefusal("hist: bins must be from 1 to 100000, but is 0") { try axes.hist([1], bins: 0) }
    expectRefusal("imshow: …but got shape [2, 5, 5]…") { try axes.imshow(Tensor.zeros([2, 5, 5])) }
    expectRefusal("imshow: …but got shape [0, 5]…") { try axes.imshow(Tensor.zeros([0, 5])) }
    expectRefusal("Figure: …from 0.1 to 200 inches…") { try Figure(size: (0, .nan)).render() }
    expectRefusal("Figure: 10 to 1000 columns…") { try figure.text(columns: 1) }
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
