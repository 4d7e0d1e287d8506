import Synchronization

/// The registered backends from outside the library.
private let registered = Mutex<[any Backend]>([])

/// The device of a tensor's elements.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  /// A kind of device, as in PyTorch.
  public enum Kind: String, Sendable {
    case cpu, cuda
    /// A backend from outside the library.
    case privateUse = "privateuseone"
  }
  /// The kind of device.
  public let kind: Kind
  /// The index of the device within its kind; nil is the current one.
  public let index: Int?

  /// Creates the device `index` of `kind`.
  public init(_ kind: Kind, _ index: Int? = nil) {
    self.kind = kind
    self.index = index
  }

  /// The processor and its memory.
  public static let cpu = Device(.cpu)
  /// The current CUDA device.
  public static let cuda = Device(.cuda)
  /// Returns the CUDA device `index`.
  public static func cuda(_ index: Int) -> Device { Device(.cuda, index) }

  /// Whether tensors can be created on the device (PyTorch: `torch.cuda.is_available()`).
  public var isAvailable: Bool { (try? backend) != nil }

  /// The device in PyTorch's notation: `cpu`, `cuda:0`.
  public var description: String { index.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue }

  /// The backend that computes on this device.
  package var backend: any Backend {
    get throws {
      switch kind {
      case .cpu: return CPUBackend.shared
      case .cuda:
        throw TensorError(
          .device, "",
          "device \(self) is not available: this build of Kindling has no CUDA backend; use .cpu")
      case .privateUse:
        let known = registered.withLock { $0 }
        if let found = known.first(where: { $0.device.index == (index ?? 0) }) { return found }
        throw TensorError(
          .device, "", "device \(self) is not available: no backend was registered for it; use .cpu"
        )
      }
    }
  }

  /// Registers the device of `backend`, which has the private-use kind.
  package static func register(_ backend: any Backend) {
    registered.withLock { known in
      if !known.contains(where: { $0 === backend }) { known.append(backend) }
    }
  }
}
