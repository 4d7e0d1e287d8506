/// Handwritten letters and digits (torchvision: `datasets.EMNIST`), one of six ways to divide them:
/// ``EMNISTByClass``, ``EMNISTByMerge``, ``EMNISTBalanced``, ``EMNISTLetters``, ``EMNISTDigits`` and
/// ``EMNISTAsMNIST``.
///
/// All of them are published in one file of half a gigabyte, which is kept. As published, images lie
/// on their side: transpose them to see them upright.
///
/// ```swift
/// let training = try EMNIST<EMNISTLetters, Int>(root: "data", download: true)
/// ```
public typealias EMNIST<Split: EMNISTSplit, Target> = MNISTDataset<Split, Target>

/// One way to divide the characters of EMNIST into classes and into training and test images.
public protocol EMNISTSplit: MNISTVariant {
  /// The name of the split, which is part of its files' names (torchvision: `split=`).
  static var split: String { get }
}

extension EMNISTSplit {
  /// The folder's name.
  public static var name: String { "EMNIST" }
  /// Where the archive is published.
  public static var mirrors: [String] { ["https://biometrics.nist.gov/cs_links/EMNIST/"] }
  /// The archive of all splits.
  public static var archive: PublishedFile? {
    PublishedFile("gzip.zip", md5: "58c8d27c78d21e728a6bc7b3cc06412e")
  }
  /// The files of this split in the archive.
  public static var files: MNISTFiles {
    func pair(_ part: String) -> (PublishedFile, PublishedFile) {
      func file(_ what: String) -> PublishedFile {
        PublishedFile(inArchive: "emnist-\(split)-\(part)-\(what)-ubyte.gz")
      }
      return (file("images-idx3"), file("labels-idx1"))
    }
    return MNISTFiles(training: pair("train"), test: pair("test"))
  }
}

/// EMNIST in 62 classes: digits, capital and small letters.
public enum EMNISTByClass: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "byclass"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9") + characters("A"..."Z") + characters("a"..."z")
}

/// EMNIST in 47 classes: small letters that look like capitals are those.
public enum EMNISTByMerge: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "bymerge"
  /// The names of the classes, by label.
  public static let classes = EMNISTByClass.classes.filter { !"cijklmopsuvwxyz".contains($0) }
}

/// The classes of ``EMNISTByMerge``, all of one size.
public enum EMNISTBalanced: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "balanced"
  /// The names of the classes, by label.
  public static let classes = EMNISTByMerge.classes
}

/// The letters of EMNIST, capital and small ones together, with labels from 1 on.
public enum EMNISTLetters: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "letters"
  /// The names of the classes, by label.
  public static let classes = ["N/A"] + characters("a"..."z")
}

/// The digits of EMNIST.
public enum EMNISTDigits: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "digits"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9")
}

/// The digits of EMNIST, as many as MNIST has.
public enum EMNISTAsMNIST: EMNISTSplit {
  /// Its part of the files' names.
  public static let split = "mnist"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9")
}

private func characters(_ range: ClosedRange<Unicode.Scalar>) -> [String] {
  (range.lowerBound.value...range.upperBound.value).compactMap { Unicode.Scalar($0) }.map {
    String($0)
  }
}
