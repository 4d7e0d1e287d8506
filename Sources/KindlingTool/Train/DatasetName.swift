import ArgumentParser
import Kindling
import KindlingVision

/// The datasets that the tool knows by name.
enum DatasetName: String, CaseIterable, ExpressibleByArgument {
  case fashionMNIST = "fashion-mnist"
  case mnist
  case iris
  case digits
  case folder
  case csv

  /// The class names, by label; empty if the data contain them.
  var classes: [String] {
    switch self {
    case .fashionMNIST: FashionArticles.classes
    case .mnist: MNISTDigits.classes
    case .iris: Iris.classNames
    case .digits: Digits.classNames
    case .folder, .csv: []
    }
  }
}
