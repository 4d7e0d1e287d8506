import Kindling
import KindlingPlatform
import KindlingTrainer
import Testing
import _TestExpectations

/// TensorBoard's files, read back by their framing.
///
/// `scripts/check-tensorboard` reads them with the real TensorBoard.
struct SummaryWriterTests {
  /// CRC-32C by long division, bit by bit: another way than the writer's.
  private func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes {
      for bit in 0..<8 {
        let high = (crc ^ UInt32(byte >> UInt8(bit))) & 1
        crc = crc >> 1 ^ (high == 1 ? 0x82F6_3B78 : 0)
      }
    }
    return ~crc
  }

  private func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let crc = crc32c(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func records(_ path: String) throws -> [[UInt8]] {
    let bytes = try FileBytes.read(path)
    var records: [[UInt8]] = [], at = 0
    while at < bytes.count {
      try #require(at + 12 <= bytes.count)
      let length = Int(number(bytes[at..<at + 8]))
      #expect(UInt32(number(bytes[at + 8..<at + 12])) == masked(bytes[at..<at + 8]))
      try #require(at + 16 + length <= bytes.count)
      let data = bytes[at + 12..<at + 12 + length]
      #expect(UInt32(number(bytes[at + 12 + length..<at + 16 + length])) == masked(data))
      records.append(Array(data))
      at += 16 + length
    }
    return records
  }

  @Test func checksumIsCastagnolis() {
    #expect(crc32c(Array("123456789".utf8)[...]) == 0xE306_9283)
  }

  @Test func recordsAreFramedAndHoldTheNumbers() throws {
    try FileBytes.withTemporaryFolder { folder in
      let writer = try SummaryWriter(folder)
      try writer.addScalar("loss", 0.5, step: 1)
      try writer.addScalar("loss", -2, step: 300)
      let names = try FileBytes.list(folder)
      #expect(names.count == 1)
      #expect(names[0].hasPrefix("events.out.tfevents."))
      let records = try records("\(folder)/\(names[0])")
      #expect(records.count == 3)
      #expect(records[0].dropFirst(9) == [0x1A, 13] + Array("brain.Event:2".utf8)[...])
      // step; summary of 13 bytes { value of 11 { tag "loss", simple_value } }
      let half: [UInt8] =
        [0x10, 1, 0x2A, 13, 0x0A, 11, 0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
      #expect(Array(records[1].dropFirst(9)) == half)
      #expect(Array(records[2].dropFirst(9).prefix(3)) == [0x10, 0xAC, 0x02])
    }
    expectRefusal("/proc/none/events.out.tfevents.…") { try SummaryWriter("/proc/none") }
  }

  static let folder = getenv("KINDLING_TENSORBOARD").map { String(cString: $0) }

  /// The Swift half of `scripts/check-tensorboard`.
  @Test(.enabled(if: folder != nil, "run by scripts/check-tensorboard, which needs TensorBoard"))
  func writesForTheRealTensorBoard() throws {
    let writer = try SummaryWriter(#require(Self.folder))
    for step in 0..<100 {
      try writer.addScalar(
        "loss", 1 / Double(sign: .plus, exponent: step, significand: 1), step: step)
    }
    try writer.addScalar("naïve/accuracy", 0.75, step: 1 << 40)
  }

  @Test func callbackWritesTrainingAndValidation() throws {
    try FileBytes.withTemporaryFolder { folder in
      try seeded {
        let x = try Tensor.rand(8, 2)
        let trainer = try Sequential(Linear(2, 2)).compile(
          optimizer: { try SGD($0) }, loss: MSELoss(), metrics: [MeanAbsoluteError()])
        let loader = try DataLoader(TensorDataset(x, x), batchSize: 4)
        try trainer.fit(
          loader, epochs: 2, validation: loader,
          callbacks: [TensorBoard(logDir: folder, batches: true)], progress: ProgressBar(.silent))
      }
      for (part, tags) in [
        (
          "train",
          [
            "batch_loss", "batch_mean_absolute_error", "epoch_loss", "epoch_mean_absolute_error",
            "epoch_lr",
          ]
        ),
        ("validation", ["epoch_loss", "epoch_mean_absolute_error"]),
      ] {
        let names = try FileBytes.list("\(folder)/\(part)")
        let records = try records("\(folder)/\(part)/\(names[0])")
        for tag in tags {
          #expect(records.contains { String(decoding: $0, as: UTF8.self).contains(tag) }, "\(tag)")
        }
      }
    }
  }
}
