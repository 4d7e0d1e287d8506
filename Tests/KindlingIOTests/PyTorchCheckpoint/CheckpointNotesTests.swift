import Kindling
import Testing
import _TestExpectations

@Suite struct CheckpointNotesTests {
  private let state: StateDict = ["weight": Tensor([1.0, 2.0])]
  private let notes: CheckpointValue = ["classes": ["cat", "dog"], "size": 28]

  @Test func comeBackBesideTensorsAndModels() throws {
    try FileBytes.withTemporaryFolder { folder in
      let (tensors, model) = ("\(folder)/state.pth", "\(folder)/model.pth")
      let value = "\(folder)/value.pth"
      try save(["epoch": 3], to: value, notes: notes)
      try save(state, to: tensors, notes: notes)
      try save(Linear(2, 1), to: model, notes: notes)
      for path in [tensors, model, value] {
        let found = try loadNotes(from: path)
        #expect(found["classes"]?.elements?.map(\.stringValue) == ["cat", "dog"])
        #expect(found["size"]?.intValue == 28)
      }
      #expect(try loadStateDict(from: tensors).keys == ["weight"])
      #expect(try loadModel(from: model) is Linear)
      #expect(try inspect(tensors).map(\.key) == ["weight"])
    }
  }

  @Test(arguments: [CheckpointContainer.zip, .legacy])
  func areNoneWhereNoneWereSaved(container: CheckpointContainer) throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(state, to: "\(folder)/state.pth", container: container)
      guard case .none = try loadNotes(from: "\(folder)/state.pth") else {
        Issue.record("there are notes")
        return
      }
    }
  }

  @Test func areRefusedWhereTheyCannotBe() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/state.pth"
      expectRefusal("\(path): the legacy form has no place for notes; save in the zip form") {
        try save(state, to: path, container: .legacy, notes: notes)
      }
      expectRefusal("\(path): notes hold plain values, not tensors") {
        try save(state, to: path, notes: ["mean": .tensor(Tensor([1.0]))])
      }
      #expect(try FileBytes.list(folder) == [])
      expectRefusal("…No such file…") { try loadNotes(from: path) }
      try FileBytes.write(Array("notes".utf8), to: path)
      expectRefusal("…not a PyTorch checkpoint…") { try loadNotes(from: path) }
    }
  }

  /// A bit of the notes, wherever it lies, is under a checksum.
  @Test func damageIsNoticed() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/state.pth"
      try save(state, to: path, notes: notes)
      var bytes = try FileBytes.read(path)
      let name = Array("dog".utf8)
      let place = try #require(
        bytes.indices.dropLast(3).first { Array(bytes[$0..<$0 + 3]) == name })
      bytes[place] ^= 1
      try FileBytes.write(bytes, to: path)
      expectRefusal("…notes.pkl…") { try loadNotes(from: path) }
    }
  }

  @Test(
    .timeLimit(.minutes(10)), arguments: HostileFileTests.entries.compactMap { $0["file"]?.string })
  func hostileFilesGiveNoNotes(name: String) {
    let notes = try? loadNotes(from: HostileFileTests.path(name))
    #expect(notes?.pairs == nil && notes?.elements == nil)
  }
}
