import KindlingCore
import Testing

/// Values in checkpoints, which may be nested to any depth.
@Suite struct CheckpointValueTests {
  private static let wraps: [@Sendable (CheckpointValue) -> CheckpointValue] = [
    { .list([$0]) }, { .tuple([$0, 1]) }, { .set([$0]) }, { .dictionary([(.string("a"), $0)]) },
    { .orderedDictionary([($0, .string("a"))]) }, { .counter([(.string("a"), $0)]) },
    { .opaque(object(.call, arguments: [$0])) }, { .opaque(object(.object, state: $0)) },
    { .opaque(object(.object, elements: [$0])) },
    { .opaque(object(.object, pairs: [(.string("a"), $0)])) },
  ]

  private static func object(
    _ form: OpaqueValue.Form, arguments: [CheckpointValue] = [], state: CheckpointValue? = nil,
    elements: [CheckpointValue] = [], pairs: [CheckpointPair] = []
  ) -> OpaqueValue {
    OpaqueValue(
      PythonName("m", "C"), form, arguments: arguments, state: state, elements: elements,
      pairs: pairs)
  }

  @Test(arguments: wraps.indices) func deepNestingIsPrintedAndDropped(kind: Int) throws {
    var nested: CheckpointValue = 1
    for _ in 0..<100_000 { nested = Self.wraps[kind](nested) }
    #expect(nested.description.contains("…"))
    #expect(nested.description.utf8.count < 10_000)
  }

  @Test func deepNestingOfAllKinds() throws {
    var nested: CheckpointValue = 1
    for level in 0..<100_000 { nested = Self.wraps[level % Self.wraps.count](nested) }
    // A part that something else holds stays whole.
    let kept = nested
    nested = nil
    #expect(kept.description.hasPrefix("m.C(){'a': m.C()["))
  }

  @Test func copiesAreChangedAlone() throws {
    let value: CheckpointValue = .list([1, ["a": 2]])
    guard case .list(var items) = value, case .dictionary(var pairs) = items[1] else {
      Issue.record("\(value)")
      return
    }
    pairs[0].value = 3
    items[1] = .dictionary(pairs)
    items[0] = "x"
    #expect(CheckpointValue.list(items).description == "['x', {'a': 3}]")
    #expect(value.description == "[1, {'a': 2}]")
  }

  @Test func printsAsPythonDoes() {
    let value: CheckpointValue = [
      "lr": 0.1, "betas": .tuple([0.9, 0.999]), "one": .tuple([1]), "none": nil,
      "set": .set([1, 2]), "empty": .set([]), "on": true,
    ]
    #expect(
      value.description
        == "{'lr': 0.1, 'betas': (0.9, 0.999), 'one': (1,), 'none': None, 'set': {1, 2}, 'empty': set(), 'on': True}"
    )
  }
}
