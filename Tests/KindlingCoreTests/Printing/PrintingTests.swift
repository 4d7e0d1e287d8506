import Kindling
import Testing
import _TestSupport

@Suite struct PrintingTests {
  /// Every tensor of the golden file, under its print options, with its node or as a parameter.
  @Test func goldenTensors() throws {
    let arrays = try Golden.tensors("printing.safetensors")
    let cases = try #require(try Golden.json("printing.json")["tensors"]?.array)
    #expect(cases.count > 300)
    for c in cases {
      let name = try #require(c["tensor"]?.string), expected = try #require(c["expected"]?.string)
      var tensor = try arrays.tensor(name)
      if let node = c["grad_fn"]?.string {
        let leaf = try Tensor.zeros(1, requiresGrad: true)
        tensor = try tensor.recorded(node, Input(leaf) { _, _ in nil })
      } else if c["parameter"]?.bool == true {
        tensor = tensor.asParameter()
      } else if c["requires_grad"]?.bool == true {
        try tensor.requiresGrad_()
      }
      let text = Tensor.withPrintOptions(options(c["printoptions"])) { "\(tensor.description)" }
      #expect(text == expected, "\(c["code"]?.string ?? name)")
    }
  }

  private func options(_ json: JSONValue?) -> PrintOptions {
    var options = PrintOptions()
    switch json?["profile"]?.string {
    case "short": options = .short
    case "full": options = .full
    default: break
    }
    if let i = json?["precision"]?.int { options.precision = i }
    if let d = json?["threshold"]?.double { options.threshold = d.isFinite ? Int(d) : .max }
    if let i = json?["edgeitems"]?.int { options.edgeitems = i }
    if let i = json?["linewidth"]?.int { options.linewidth = i }
    options.sciMode = json?["sci_mode"]?.bool
    return options
  }

  @Test func interpolationWritesNumbers() throws {
    #expect("\(Tensor(3.14159))" == "3.141590118408203")
    #expect("\(try Tensor(3.14159, requiresGrad: true))" == "3.141590118408203")
    #expect("\(Tensor(1e-7))" == "1.0000000116860974e-07")
    #expect("\(Tensor(1e20))" == "1.0000000200408773e+20")
    #expect("\(try Tensor(0.1, dtype: .float64))" == "0.1")
    #expect("\(try Tensor(0.1, dtype: .float16))" == "0.0999755859375")
    #expect("\(Tensor(5))" == "5")
    #expect("\(Tensor(true))" == "True")
    #expect("\(Tensor(12.0))" == "12.0")
    #expect("\(Tensor(-0.0))" == "-0.0")
    #expect("\(Tensor(-0.0001))" == "-9.999999747378752e-05")
    #expect("\(try Tensor(1e16, dtype: .float64))" == "1e+16")
    #expect("\(try Tensor(12345678901234567.0, dtype: .float64))" == "1.2345678901234568e+16")
    #expect("\(try Tensor(0.0001, dtype: .float64))" == "0.0001")
    #expect("\(Tensor(100.0))" == "100.0")
    #expect("\(Tensor(Double.nan)) \(Tensor(-Double.infinity))" == "nan -inf")
    #expect("\(Tensor([3]))" == "tensor([3])")
    #expect("\([Tensor([1.5])])" == "[tensor([1.5000])]")
    #expect(Tensor(5).description == "tensor(5)")
  }

  @Test func viewsAndOptions() throws {
    let x = try Tensor.arange(6, dtype: .float32).view(2, 3)
    #expect(x.T.description == "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])")
    #expect(try x[1, 1...].description == "tensor([4., 5.])")
    let text = Tensor.withPrintOptions(PrintOptions(precision: 1, sciMode: true)) {
      x.T.description
    }
    #expect(text.hasPrefix("tensor([[0.0e+00, 3.0e+00]"))
    #expect(Tensor.printOptions == PrintOptions())
    // Options out of range print something all the same.
    let odd = PrintOptions(precision: -3, threshold: -1, edgeitems: -2, linewidth: -5)
    #expect(Tensor.withPrintOptions(odd) { x.description }.hasPrefix("tensor("))
  }
}
