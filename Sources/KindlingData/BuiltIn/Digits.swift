public import KindlingCore

/// The digits dataset: 1797 handwritten digits of 8 by 8 pixels; part of the library.
///
/// A sample is `(features, target)`: a float32 tensor `[64]`, row by row from 0 (paper) to 16
/// (ink), and an int64 class.
///
/// Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine
/// Learning Repository, doi:10.24432/C50P49 (CC BY 4.0); the test part, in the form of
/// scikit-learn's `load_digits`.
public struct Digits: BatchedDataset {
  /// The pixels, float32 `[1797, 64]`, from 0 to 16.
  public let features: Tensor
  /// The classes, int64 `[1797]`.
  public let targets: Tensor
  /// The names of the digits, by class.
  public static let classNames = (0..<10).map(String.init)
  private let rows: TensorDataset<(Tensor, Tensor)>

  /// Creates the dataset.
  public init() throws {
    var pixels: [Float] = [], classes: [Int] = []
    for byte in DigitsData.text.description.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): classes.append(Int(byte - UInt8(ascii: "0")))
      case UInt8(ascii: "a")...UInt8(ascii: "q"): pixels.append(Float(byte - UInt8(ascii: "a")))
      default: break
      }
    }
    features = try Tensor(pixels, dtype: .float32).reshape([classes.count, 64])
    targets = Tensor(classes)
    rows = try TensorDataset(features, targets)
  }

  /// The names of the digits, by class.
  public var classNames: [String] { Digits.classNames }

  /// The pixels as images `[1797, 8, 8]`, a view of ``features``.
  public var images: Tensor { get throws { try features.reshape([count, 8, 8]) } }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The sample at `index`.
  public subscript(index: Int) -> (Tensor, Tensor) { get throws { try rows[index] } }

  /// Returns the rows `indices` of features and targets.
  public func batch(_ indices: [Int]) throws -> (Tensor, Tensor)? { try rows.batch(indices) }
}
