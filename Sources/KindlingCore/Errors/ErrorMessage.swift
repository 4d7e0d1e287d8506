/// An error of Kindling: a sentence, and as data the values in it.
///
/// The error types of all libraries conform to it. Their `kind` tells what went wrong.
public protocol KindlingError: Error, Sendable, CustomStringConvertible {
  /// The text and its values.
  var content: ErrorMessage { get }
}

extension KindlingError {
  /// The full sentence.
  public var message: String { content.description }
  /// The values that would be accepted, as far as the message contains them.
  public var expected: [ErrorValue] { content.expected }
  /// The values that were passed, as far as the message contains them.
  public var got: [ErrorValue] { content.got }
  /// The full sentence.
  public var description: String { message }
}

/// The text of an error, and as data the values in it that were expected and that were passed.
///
/// The text is written as a string literal. The interpolations `expected:` and `got:` insert a value
/// as usual, and also store it:
///
/// ```swift
/// throw TensorError(
///   .shape, "bilinear", "expected \(expected: 3) dimensions, but got \(got: input.ndim)")
/// ```
public struct ErrorMessage: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The text.
  public let description: String
  /// The values that the operation accepts, in the order of the text.
  public let expected: [ErrorValue]
  /// The values that were passed, in the order of the text.
  public let got: [ErrorValue]

  /// Creates a message without values from a literal.
  public init(stringLiteral text: String) { self.init(text) }

  /// Creates a message from a literal with interpolations.
  public init(stringInterpolation: StringInterpolation) {
    description = stringInterpolation.text
    expected = stringInterpolation.expected
    got = stringInterpolation.got
  }

  /// Creates a message without values.
  public init(_ text: String) {
    description = text
    (expected, got) = ([], [])
  }

  /// The parts of a message.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = "", expected: [ErrorValue] = [], got: [ErrorValue] = []

    /// Creates an empty message.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    /// Appends text without a value.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Inserts a value.
    public mutating func appendInterpolation(_ value: some Any) { text += "\(value)" }

    /// Inserts a value that the operation accepts.
    public mutating func appendInterpolation(expected value: some Any) {
      text += "\(value)"
      expected.append(ErrorValue(value))
    }

    /// Inserts a value that was passed.
    public mutating func appendInterpolation(got value: some Any) {
      text += "\(value)"
      got.append(ErrorValue(value))
    }
  }
}

/// A value that an error reports.
public enum ErrorValue: Sendable, Equatable, CustomStringConvertible {
  /// A size, an index or another whole number.
  case integer(Int)
  /// A floating-point number.
  case number(Double)
  /// Sizes, strides or dimensions.
  case shape([Int])
  /// An element type.
  case dtype(DType)
  /// Any other value, as text.
  case text(String)

  init(_ value: some Any) {
    switch value {
    case let value as Int: self = .integer(value)
    case let value as Double: self = .number(value)
    case let value as [Int]: self = .shape(value)
    case let value as DType: self = .dtype(value)
    default: self = .text("\(value)")
    }
  }

  /// The value as in the text of the error.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .shape(let value): "\(value)"
    case .dtype(let value): "\(value)"
    case .text(let value): value
    }
  }
}
