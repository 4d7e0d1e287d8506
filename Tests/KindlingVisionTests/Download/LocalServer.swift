import KindlingPlatform
import Synchronization

/// A web server on this machine, for one test: serves bytes from memory, one connection at a time.
final class LocalServer: Sendable {
  /// What is served, and how badly.
  struct Behaviour {
    var files: [String: [UInt8]]
    /// Whether requests for a range are honoured.
    var ranges = true
    /// Closes the connection of each of the first requests after this many bytes of the body.
    var breakOffs: [Int] = []
  }

  struct Request: Equatable {
    let path: String
    let from: Int
  }

  let address: String
  private let listener: Int32
  private let behaviour: Mutex<Behaviour>
  private let log = Mutex<[Request]>([])

  /// The requests so far.
  var requests: [Request] { log.withLock { $0 } }

  init(_ behaviour: Behaviour) throws {
    #if canImport(Glibc)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard bound else { throw ServerError(code: errno) }
    self.listener = listener
    address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))/"
    self.behaviour = Mutex(behaviour)
    var thread = pthread_t(bitPattern: 0)
    pthread_create(
      &thread, nil,
      { context in
        LocalServer.serve(context)
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }

  /// Ends the server; its address refuses connections from then on.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func serve(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    let server = Unmanaged<LocalServer>.fromOpaque(context).takeRetainedValue()
    while true {
      let connection = accept(server.listener, nil, nil)
      guard connection >= 0 else { return }
      server.answer(connection)
      close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = text.split(separator: "\r\n")
    let path = String(lines[0].split(separator: " ")[1].dropFirst())
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let from = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0 != "-" }) } ?? 0
    log.withLock { $0.append(Request(path: path, from: from)) }

    let (file, ranges, breakOff) = behaviour.withLock { state in
      (
        state.files[path], state.ranges,
        state.breakOffs.isEmpty ? nil : state.breakOffs.removeFirst()
      )
    }
    guard let file else { return send("404 Not Found", 0, [], connection) }
    if ranges && from > 0 && from >= file.count {
      return send("416 Range Not Satisfiable", 0, [], connection)
    }
    let start = ranges ? from : 0
    let status =
      start > 0
      ? "206 Partial Content\r\nContent-Range: bytes \(start)-\(file.count - 1)/\(file.count)"
      : "200 OK"
    send(status, file.count - start, Array(file[start...].prefix(breakOff ?? Int.max)), connection)
  }

  private func send(_ status: String, _ length: Int, _ body: [UInt8], _ connection: Int32) {
    let head = "HTTP/1.1 \(status)\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n"
    let bytes = Array(head.utf8) + body
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { rest in
        #if canImport(Glibc)
          Glibc.send(connection, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        #else
          Darwin.send(connection, rest.baseAddress, rest.count, 0)
        #endif
      }
      guard count > 0 else { return }
      done += count
    }
  }
}

struct ServerError: Error { let code: Int32 }
