import Kindling

/// What `body` says when it refuses.
func refusal(_ body: () throws -> Void) -> String {
  do { try body() } catch let error as TensorError { return error.description } catch {
    return "another error: \(error)"
  }
  return "no error"
}
