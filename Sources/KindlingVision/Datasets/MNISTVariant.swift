/// A dataset published in MNIST's format: its folder, its classes and its files.
public protocol MNISTVariant: Sendable {
  /// The name of the dataset, which is also its folder below `root`.
  static var name: String { get }
  /// The class names, by label.
  static var classes: [String] { get }
  /// The addresses of folders with the files, in order of preference.
  static var mirrors: [String] { get }
  /// The files: images and labels of the training and test sets.
  static var files: MNISTFiles { get }
  /// The zip archive of all files, if they are not published one by one.
  static var archive: PublishedFile? { get }
}

extension MNISTVariant {
  /// The default, for files that are published one by one.
  public static var archive: PublishedFile? { nil }
}

/// The four files of a dataset in MNIST's format.
public struct MNISTFiles: Sendable {
  /// The images and labels of the training set.
  public let training: (images: PublishedFile, labels: PublishedFile)
  /// The images and labels of the test set.
  public let test: (images: PublishedFile, labels: PublishedFile)

  /// Creates files with the usual names and the given MD5 checksums.
  public init(
    trainImages: String, trainLabels: String, testImages: String, testLabels: String
  ) {
    training = (
      PublishedFile("train-images-idx3-ubyte.gz", md5: trainImages),
      PublishedFile("train-labels-idx1-ubyte.gz", md5: trainLabels)
    )
    test = (
      PublishedFile("t10k-images-idx3-ubyte.gz", md5: testImages),
      PublishedFile("t10k-labels-idx1-ubyte.gz", md5: testLabels)
    )
  }

  /// Creates files with other names.
  public init(
    training: (images: PublishedFile, labels: PublishedFile),
    test: (images: PublishedFile, labels: PublishedFile)
  ) {
    (self.training, self.test) = (training, test)
  }

  var all: [PublishedFile] { [training.images, training.labels, test.images, test.labels] }
}

/// The MNIST digits, by LeCun, Cortes and Burges.
public enum MNISTDigits: MNISTVariant {
  /// The name of the folder.
  public static let name = "MNIST"
  /// The names of the classes, by label.
  public static let classes = [
    "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six", "7 - seven",
    "8 - eight", "9 - nine",
  ]
  /// The addresses of the files.
  public static let mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/",
  ]
  /// The files and their checksums.
  public static let files = MNISTFiles(
    trainImages: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    trainLabels: "d53e105ee54ea40749a09fcbcd1e9432",
    testImages: "9fb629c4189551a2d022fa330f9573f3", testLabels: "ec29112dd5afa0611ce80d1b7f02629c")
}

/// The Fashion-MNIST articles of clothing, by Zalando Research (MIT licence).
public enum FashionArticles: MNISTVariant {
  /// The name of the folder.
  public static let name = "FashionMNIST"
  /// The names of the classes, by label.
  public static let classes = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
  /// The addresses of the files.
  public static let mirrors = [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ]
  /// The files and their checksums.
  public static let files = MNISTFiles(
    trainImages: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    trainLabels: "25c81989df183df01b3e8a0aad5dffbe",
    testImages: "bef4ecab320f06d8554ea6380940ec79", testLabels: "bb300cfdad3c16e7a12a480ee83cd310")
}

/// The KMNIST characters, by the Center for Open Data in the Humanities (CC BY-SA 4.0).
public enum KuzushijiCharacters: MNISTVariant {
  /// The name of the folder.
  public static let name = "KMNIST"
  /// The names of the classes, by label.
  public static let classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
  /// The address of the files.
  public static let mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
  /// The files and their checksums.
  public static let files = MNISTFiles(
    trainImages: "bdb82020997e1d708af4cf47b453dcf7",
    trainLabels: "e144d726b3acfaa3e44228e80efcd344",
    testImages: "5c965bf0a639b31b8f53240b1b52f4d7", testLabels: "7320c461ea6c1c855c0b718fb2a4b134")
}
