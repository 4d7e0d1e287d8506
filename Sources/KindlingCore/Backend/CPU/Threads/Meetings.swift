/// The triples of input position, kernel element and output position of a convolution.
struct Meetings {
  /// Pairs for each position or element: those of number i at `starts[i]..<starts[i + 1]`.
  struct Table {
    var starts: [Int]
    var taps: [(element: Int, place: Int)]
  }
  private var all: [(output: Int, element: Int, input: Int)] = []
  private let c: Convolution

  var count: Int { all.count }
  /// The kernel elements that are used, and the rank of each among them.
  private(set) var kernelElements: [Int] = []
  private(set) var rank: [Int]

  init(_ c: Convolution) {
    self.c = c
    rank = [Int](repeating: 0, count: c.kernelCount)
    let axes = (0..<3).map { d in
      (0..<c.output[d]).map { o in
        (0..<c.kernel[d]).compactMap { k -> (element: Int, place: Int)? in
          let place = o * c.stride[d] - c.padding[d] + k * c.dilation[d]
          return place >= 0 && place < c.image[d] ? (k, place) : nil
        }
      }
    }
    all.reserveCapacity(c.outputCount * c.kernelCount)
    for (od, depths) in axes[0].enumerated() {
      for (oh, heights) in axes[1].enumerated() {
        for (ow, widths) in axes[2].enumerated() {
          let output = (od * c.output[1] + oh) * c.output[2] + ow
          for d in depths {
            for h in heights {
              for w in widths {
                all.append(
                  (
                    output, (d.element * c.kernel[1] + h.element) * c.kernel[2] + w.element,
                    (d.place * c.image[1] + h.place) * c.image[2] + w.place
                  ))
              }
            }
          }
        }
      }
    }
    var isMet = [Bool](repeating: false, count: c.kernelCount)
    for meeting in all { isMet[meeting.element] = true }
    for element in isMet.indices where isMet[element] {
      rank[element] = kernelElements.count
      kernelElements.append(element)
    }
  }

  var byOutput: Table { table(c.outputCount, { $0.output }) { ($0.element, $0.input) } }
  /// The pairs for each input position, also in the order of the kernel elements, since later
  /// output positions have earlier kernel elements.
  var byInput: Table {
    table(c.imageCount, reversed: true, { $0.input }) { ($0.element, $0.output) }
  }
  /// The pairs of input and output positions for each kernel element.
  var byElement: Table { table(c.kernelCount, { $0.element }) { ($0.input, $0.output) } }

  private typealias Meeting = (output: Int, element: Int, input: Int)

  private func table(
    _ count: Int, reversed: Bool = false, _ key: (Meeting) -> Int,
    _ value: (Meeting) -> (element: Int, place: Int)
  ) -> Table {
    var starts = [Int](repeating: 0, count: count + 1)
    for meeting in all { starts[key(meeting) + 1] += 1 }
    for i in 0..<count { starts[i + 1] += starts[i] }
    var next = starts
    var taps = [(element: Int, place: Int)](repeating: (0, 0), count: all.count)
    for i in all.indices {
      let meeting = all[reversed ? all.count - 1 - i : i]
      taps[next[key(meeting)]] = value(meeting)
      next[key(meeting)] += 1
    }
    return Table(starts: starts, taps: taps)
  }
}
