/// The conversion of a plot to shapes.
extension Axes {
  /// Returns the shapes of the plot and its texts within `cell`.
  func shapes(in cell: Box, _ metrics: Metrics) -> [Shape] {
    var shapes: [Shape] = []
    let images = items.compactMap { item -> Pixels? in
      if case .image(let pixels) = item.mark { pixels } else { nil }
    }
    let (across, up) = ranges(images)
    let isOn = visibility == .on
    let yTicks =
      yNames.map { Ticks($0, up) } ?? Ticks(up, count: Int(cell.height / (metrics.tick * 3)))
    let widest = isOn ? yTicks.labels.map { metrics.width($0, metrics.tick) }.max() ?? 0 : 0

    // Margins of the frame: the title above, tick labels and axis labels left and below.
    var frame = cell.inset(
      left: isOn
        ? widest + metrics.mark + metrics.gap + (yText == nil ? 0 : metrics.label * 1.3) : 0,
      top: titleText == nil ? (isOn ? metrics.tick / 2 : 0) : metrics.title * 1.3,
      right: isOn ? metrics.gap : 0,
      bottom: isOn
        ? metrics.tick * 1.2 + metrics.mark + (xText == nil ? 0 : metrics.label * 1.4) : 0)
    // Pixels are squares.
    let proportion = Axes.length(across) / Axes.length(up)
    if !images.isEmpty { frame = frame.fitted(min(max(proportion, 1e-3), 1e3)) }

    let xTicks =
      xNames.map { Ticks($0, across) }
      ?? Ticks(across, count: Int(frame.width / (metrics.tick * 4)))
    let place = Placement(frame: frame, across: across, up: up, isImage: !images.isEmpty)
    if isOn && showsGrid {
      for x in xTicks.values {
        shapes.append(
          .line(
            [(place.x(x), frame.y), (place.x(x), frame.bottom)], width: metrics.frame, .lightGray))
      }
      for y in yTicks.values {
        shapes.append(
          .line(
            [(frame.x, place.y(y)), (frame.right, place.y(y))], width: metrics.frame, .lightGray))
      }
    }
    for item in items { shapes += draw(item, place, metrics) }
    if isOn {
      shapes += axisShapes(place, xTicks, yTicks, widest, metrics)
    }
    if let titleText {
      shapes.append(
        .text(
          fit(titleText, max(cell.width, 1), metrics.title, metrics), x: frame.x + frame.width / 2,
          y: frame.y - metrics.title * 0.4, size: metrics.title, anchor: .middle, turned: false,
          .black))
    }
    if showsLegend { shapes += legendShapes(frame, metrics) }
    return shapes
  }

  /// Returns the ranges of the axes: the requested ones, or those of the data with margins.
  private func ranges(_ images: [Pixels]) -> (ClosedRange<Double>, ClosedRange<Double>) {
    if let width = images.map(\.width).max(), let height = images.map(\.height).max() {
      // Pixels are centred on integers.
      return (xRange ?? -0.5...Double(width) - 0.5, yRange ?? -0.5...Double(height) - 0.5)
    }
    var xs: [Double] = [], ys: [Double] = []
    var hasBars = false
    for item in items {
      switch item.mark {
      case .line(let x, let y, _), .points(let x, let y):
        xs += x
        ys += y
      case .bars(let left, let width, let heights):
        xs += left + left.map { $0 + width }
        ys += heights + [0]
        hasBars = true
      case .image: break
      }
    }
    return (
      xRange ?? Axes.around(xs, 0.04), yRange ?? Axes.around(ys, 0.05, keepsZero: hasBars)
    )
  }

  /// Returns a range of the finite `values`, extended by the fraction `share` on each side.
  private static func around(
    _ values: [Double], _ share: Double, keepsZero: Bool = false
  ) -> ClosedRange<Double> {
    // Larger numbers leave no room for margins.
    let finite = values.filter { abs($0) < 1e300 }
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let margin = high > low ? (high - low) * share : max(abs(low) * share, 0.5)
    return (keepsZero && low == 0 ? 0 : low - margin)...(keepsZero && high == 0 ? 0 : high + margin)
  }

  /// Returns the length of `range`, or 1 if it is not positive and finite.
  private static func length(_ range: ClosedRange<Double>) -> Double {
    let length = range.upperBound - range.lowerBound
    return length > 0 && length.isFinite ? length : 1
  }

  // MARK: Marks

  private func draw(_ item: Item, _ place: Placement, _ metrics: Metrics) -> [Shape] {
    switch item.mark {
    case .image(let pixels): return [Axes.shape(pixels, place)].compactMap { $0 }
    case .points(let x, let y):
      return zip(x, y).filter { place.contains($0, $1) }.map {
        .dot(x: place.x($0), y: place.y($1), radius: metrics.line * 1.5, item.color)
      }
    case .bars(let left, let width, let heights):
      return zip(left, heights).compactMap { left, height in
        guard left.isFinite, height.isFinite else { return nil }
        let (x0, x1) = (place.clampedX(left), place.clampedX(left + width))
        let (y0, y1) = (place.clampedY(0), place.clampedY(height))
        // Edges are aligned to pixels, so that adjacent bars touch without a seam.
        let box = Box(
          x: x0.rounded(), y: min(y0, y1), width: max(x1.rounded() - x0.rounded(), 0),
          height: abs(y1 - y0))
        return box.width > 0 && box.height > 0 ? .rectangle(box, fill: item.color) : nil
      }
    case .line(let x, let y, let width):
      var shapes: [Shape] = []
      var run: [(x: Double, y: Double)] = [], last: (x: Double, y: Double)?
      func end() {
        if run.count > 1 { shapes.append(.line(run, width: metrics.line * width, item.color)) }
        if run.count == 1 {
          shapes.append(.dot(x: run[0].x, y: run[0].y, radius: metrics.line * width, item.color))
        }
        run = []
      }
      for (x, y) in zip(x, y) {
        guard x.isFinite && y.isFinite else {
          end()
          last = nil
          continue
        }
        let point = place.point(x, y)
        if let last, let part = place.frame.clipped(last, point) {
          if run.last.map({ $0 == part.from }) != true {
            end()
            run = [part.from]
          }
          run.append(part.to)
        } else if last == nil && place.frame.contains(point) {
          run = [point]
        }
        last = point
      }
      end()
      return shapes
    }
  }

  /// Returns the visible pixels of an image at their position.
  private static func shape(_ pixels: Pixels, _ place: Placement) -> Shape? {
    func seen(_ range: ClosedRange<Double>, _ count: Int) -> Range<Int> {
      let first = Int(min(max((range.lowerBound + 0.5).rounded(.down), 0), Double(count)))
      let last = Int(min(max((range.upperBound + 0.5).rounded(.up), 0), Double(count)))
      return first..<max(first, last)
    }
    let columns = seen(place.across, pixels.width), rows = seen(place.up, pixels.height)
    if columns.isEmpty || rows.isEmpty { return nil }
    let (left, top) = place.point(Double(columns.lowerBound) - 0.5, Double(rows.lowerBound) - 0.5)
    let (right, bottom) = place.point(
      Double(columns.upperBound) - 0.5, Double(rows.upperBound) - 0.5)
    return .image(
      pixels.part(rows, columns), Box(x: left, y: top, width: right - left, height: bottom - top),
      within: place.frame)
  }

  // MARK: Frame and texts

  private func axisShapes(
    _ place: Placement, _ xTicks: Ticks, _ yTicks: Ticks, _ widest: Double, _ metrics: Metrics
  ) -> [Shape] {
    let frame = place.frame
    var shapes: [Shape] = [
      .line(
        [
          (frame.x, frame.y), (frame.right, frame.y), (frame.right, frame.bottom),
          (frame.x, frame.bottom), (frame.x, frame.y),
        ], width: metrics.frame, .black)
    ]
    // If names would overlap, only every second, third … is drawn.
    let widestX = xTicks.labels.map { metrics.width($0, metrics.tick) }.max() ?? 0
    let distance = frame.width / Double(max(xTicks.values.count, 1))
    let every = max(
      1, Int(min((widestX + metrics.gap / 2) / max(distance, 1e-9), 1e6).rounded(.up)))
    for (i, (value, label)) in zip(xTicks.values, xTicks.labels).enumerated() where i % every == 0 {
      let x = place.x(value)
      shapes.append(
        .line([(x, frame.bottom), (x, frame.bottom + metrics.mark)], width: metrics.frame, .black))
      shapes.append(
        .text(
          label, x: x, y: frame.bottom + metrics.mark + metrics.tick, size: metrics.tick,
          anchor: .middle, turned: false, .black))
    }
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      let y = place.y(value)
      shapes.append(
        .line([(frame.x - metrics.mark, y), (frame.x, y)], width: metrics.frame, .black))
      shapes.append(
        .text(
          label, x: frame.x - metrics.mark - metrics.gap / 2, y: y + metrics.tick * 0.35,
          size: metrics.tick, anchor: .end, turned: false, .black))
    }
    if let xText {
      shapes.append(
        .text(
          xText, x: frame.x + frame.width / 2,
          y: frame.bottom + metrics.mark + metrics.tick * 1.2 + metrics.label, size: metrics.label,
          anchor: .middle, turned: false, .black))
    }
    if let yText {
      shapes.append(
        .text(
          yText, x: frame.x - metrics.mark - widest - metrics.gap * 0.75,
          y: frame.y + frame.height / 2, size: metrics.label, anchor: .middle, turned: true, .black)
      )
    }
    return shapes
  }

  /// Returns the legend of colors and names, in the top right corner.
  private func legendShapes(_ frame: Box, _ metrics: Metrics) -> [Shape] {
    let named = items.compactMap { item in item.label.map { ($0, item) } }
    guard !named.isEmpty else { return [] }
    let swatch = metrics.label * 1.5, line = metrics.label * 1.3, pad = metrics.gap / 2
    let room = frame.width - swatch - pad * 5
    let names = named.map { fit($0.0, room, metrics.label, metrics) }
    let widest = names.map { metrics.width($0, metrics.label) }.max() ?? 0
    let box = Box(
      x: frame.right - widest - swatch - pad * 4, y: frame.y + pad,
      width: widest + swatch + pad * 3, height: line * Double(named.count) + pad)
    var shapes: [Shape] = [
      .rectangle(box, fill: .lightGray),
      .rectangle(
        box.inset(
          left: metrics.frame, top: metrics.frame, right: metrics.frame, bottom: metrics.frame),
        fill: .white),
    ]
    for (i, (name, item)) in zip(names, named.map(\.1)).enumerated() {
      let y = box.y + pad / 2 + line * (Double(i) + 0.5)
      let start = box.x + pad
      switch item.mark {
      case .bars, .image:
        shapes.append(
          .rectangle(
            Box(x: start, y: y - metrics.label * 0.35, width: swatch, height: metrics.label * 0.7),
            fill: item.color))
      case .points:
        shapes.append(
          .dot(x: start + swatch / 2, y: y, radius: metrics.line * 1.5, item.color))
      case .line(_, _, let width):
        shapes.append(
          .line([(start, y), (start + swatch, y)], width: metrics.line * width, item.color))
      }
      shapes.append(
        .text(
          name, x: start + swatch + pad, y: y + metrics.label * 0.35, size: metrics.label,
          anchor: .start, turned: false, .black))
    }
    return shapes
  }

  /// Returns `text`, truncated to `width`.
  private func fit(_ text: String, _ width: Double, _ size: Double, _ metrics: Metrics) -> String {
    let room = Int(min(width / (size * metrics.characterWidth), 1e6))
    return text.count <= room || room < 2 ? text : text.prefix(room - 1) + "…"
  }
}

/// The conversion from data coordinates to pixels.
struct Placement {
  let frame: Box
  let across: ClosedRange<Double>, up: ClosedRange<Double>
  /// Whether y grows downwards, as in images.
  let isImage: Bool

  private func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    let length = range.upperBound - range.lowerBound
    return length > 0 && length.isFinite ? (value - range.lowerBound) / length : 0.5
  }

  func x(_ value: Double) -> Double { frame.x + share(value, across) * frame.width }

  func y(_ value: Double) -> Double {
    let part = share(value, up)
    return frame.y + (isImage ? part : 1 - part) * frame.height
  }

  /// Returns the pixel position of a point, clamped to a finite area around the frame.
  func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (min(max(self.x(x), -1e7), 1e7), min(max(self.y(y), -1e7), 1e7))
  }

  /// Returns ``x(_:)``, clamped to the frame.
  func clampedX(_ value: Double) -> Double { min(max(x(value), frame.x), frame.right) }
  /// Returns ``y(_:)``, clamped to the frame.
  func clampedY(_ value: Double) -> Double { min(max(y(value), frame.y), frame.bottom) }

  func contains(_ x: Double, _ y: Double) -> Bool { across.contains(x) && up.contains(y) }
}
