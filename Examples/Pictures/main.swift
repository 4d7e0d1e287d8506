// Pictures of data and of a training: a grid of labelled samples, curves, bars and a table of colours.
// Takes the folder to write to, and the folder that holds FashionMNIST/raw; without the second, or
// where that is absent, the built-in digits stand in.
import Kindling
import KindlingVision

let arguments = CommandLine.arguments
let folder = arguments.count > 1 ? arguments[1] : "."

/// Images `[H, W]` with their names, by number.
struct Samples {
  let count: Int
  let sample: (Int) throws -> (Tensor, String)
}

func samples() throws -> Samples {
  if arguments.count > 2, let clothes = try? FashionMNIST(root: arguments[2], train: true) {
    return Samples(count: clothes.count) { i in
      let (image, label) = try clothes[i]
      return (image, clothes.classes[label])
    }
  }
  let digits = try Digits()
  let images = try digits.images
  return Samples(count: digits.count) { i in
    (try images[i], digits.classNames[try digits.targets[i].item(as: Int.self)])
  }
}

manualSeed(0)
let data = try samples()
let grid = Figure(size: (8, 8))
let (columns, rows) = (3, 3)
for i in 1...columns * rows {
  let index = try Tensor.randint(data.count, [1]).item(as: Int.self)
  let (image, label) = try data.sample(index)
  let axes = try grid.addSubplot(rows, columns, i)
  axes.title(label)
  axes.axis(.off)
  try axes.imshow(image, cmap: .gray)
}
try grid.save("\(folder)/samples.png")
try grid.save("\(folder)/samples.svg")
try grid.show()

let overview = Figure(size: (10, 8))
overview.title("Four kinds of plots")

let curves = try overview.addSubplot(2, 2, 1)
let steps = (0..<50).map { Double($0) }
let decay = try Tensor(steps).mul(-0.08).exp()
try curves.plot(steps, decay.mul(2.3).add(0.2).toArray(as: Double.self), label: "training")
try curves.plot(steps, decay.mul(2.1).add(0.4).toArray(as: Double.self), label: "test")
curves.title("Loss")
curves.xlabel("epoch")
curves.ylabel("cross entropy")
curves.grid()
curves.legend()

let bars = try overview.addSubplot(2, 2, 2)
try bars.bar(["setosa", "versicolor", "virginica"], [5.0, 5.9, 6.6])
bars.title("Sepal length")
bars.ylabel("cm")

let draws = try overview.addSubplot(2, 2, 3)
try draws.hist(Tensor.randn([5000]), bins: 40, color: Color.cycle[2])
draws.title("5,000 normal draws")

let table = try overview.addSubplot(2, 2, 4)
let scores = try Tensor.eye(10).mul(80).add(Tensor.rand([10, 10]).mul(15))
try table.imshow(scores, cmap: .viridis)
table.title("Confusion")
table.xlabel("predicted")
table.ylabel("actual")
try overview.save("\(folder)/plots.png")
try overview.save("\(folder)/plots.svg")
