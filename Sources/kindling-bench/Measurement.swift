import Foundation
import Kindling

/// The measurement rule of the benchmark contract, which is the same for every library.
struct Measurement {
  /// The mean time of a call in each round, in seconds.
  let rounds: [Double]
  /// The largest fraction of the machine used by other processes during a round.
  let disturbed: Double

  static func run(
    _ call: () throws -> Void, rounds: Int, patience: Double
  ) throws -> Measurement {
    var perCall = try warmUp(call, limit: 1.5)
    var values: [Double] = [], disturbed = 0.0
    for _ in 0..<rounds {
      let (value, share) = try undisturbed(patience) { try round(call, perCall) }
      perCall = value
      values.append(value)
      disturbed = max(disturbed, share)
    }
    return Measurement(rounds: values, disturbed: disturbed)
  }

  func json(id: String, unit: Unit) -> String {
    let sorted = rounds.sorted(), middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    func scaled(_ seconds: Double) -> String { "\(seconds * unit.perSecond)" }
    return """
      {"id": "\(id)", "peer": "kindling", "median": \(scaled(median)), \
      "min": \(scaled(sorted[0])), "max": \(scaled(sorted[sorted.count - 1])), \
      "unit": "\(unit.rawValue)", "threads": \(threadCount), "rounds": \(rounds.count), \
      "disturbed": \(disturbed)}
      """
  }

  enum Unit: String {
    case us, ms, s
    var perSecond: Double { self == .us ? 1e6 : self == .ms ? 1e3 : 1 }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Calls until three batches in a row are no longer faster; returns the seconds per call.
  private static func warmUp(_ call: () throws -> Void, limit: Double) throws -> Double {
    let start = now()
    try call()
    let end = start + limit
    var perCall = now() - start, calm = 0, best = Double.infinity
    while now() < end && calm < 3 {
      let begin = now()
      var n = 0, taken = 0.0
      repeat {
        try call()
        n += 1
        taken = now() - begin
      } while taken < 0.03
      perCall = taken / Double(n)
      calm = perCall > best * 0.97 ? calm + 1 : 0
      best = min(best, perCall)
    }
    return perCall
  }

  /// Returns the mean seconds per call over at least 0.2 s.
  private static func round(_ call: () throws -> Void, _ perCall: Double) throws -> Double {
    let shortest = 0.2
    var n = 0, batch = max(1, Int((shortest / perCall).rounded(.up)))
    let start = now()
    while true {
      for _ in 0..<batch { try call() }
      n += batch
      let taken = now() - start
      if taken >= shortest { return taken / Double(n) }
      batch = max(1, Int(((shortest - taken) / (taken / Double(n))).rounded(.up)))
    }
  }

  /// Repeats a measurement while other processes use more than a tenth of the machine.
  private static func undisturbed(
    _ patience: Double, _ measure: () throws -> Double
  ) throws -> (Double, Double) {
    let end = now() + patience
    var best: (Double, Double)?
    while true {
      let before = processorTime(), start = now()
      let value = try measure()
      let taken = now() - start
      guard let before, let after = processorTime() else { return (value, 0) }
      let all = after.all - before.all, own = after.own - before.own
      let share = max(0, (all - own) / (taken * Double(ProcessInfo.processInfo.processorCount)))
      if best.map({ share < $0.1 }) ?? true { best = (value, share) }
      if let best, best.1 <= 0.1 || now() > end { return best }
      usleep(100_000)
    }
  }

  /// Returns the CPU seconds of all processes, and of this process.
  private static func processorTime() -> (all: Double, own: Double)? {
    guard let file = fopen("/proc/stat", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, 511, file) != nil else { return nil }
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let ticks = text.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { return nil }
    var own = tms()
    times(&own)
    let busy = ticks.reduce(0, +) - ticks[3] - ticks[4]
    let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    return (busy / perSecond, Double(own.tms_utime + own.tms_stime) / perSecond)
  }
}
