import Kindling
import Testing

/// Layers of dropout.
@Suite struct DropoutTests {
  @Test func alphaDropoutLayersIgnoreTheFlag() throws {
    for layer in [AlphaDropout(0.5, inplace: true), FeatureAlphaDropout(0.5, inplace: true)] {
      let x = try Tensor.ones(4, 4).requiresGrad_()
      let y =
        try (layer as? AlphaDropout)?.forward(x) ?? (layer as? FeatureAlphaDropout)?.forward(x)
      #expect(try x.eq(1).all().item(as: Bool.self) && y !== x)
      #expect(layer.description.contains("inplace=True"))
    }
  }
}
