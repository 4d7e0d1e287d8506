/// The EMNIST dataset of handwritten letters and digits (torchvision: `datasets.EMNIST`).
///
/// It has six splits: ``EMNISTByClass``, ``EMNISTByMerge``, ``EMNISTBalanced``, ``EMNISTLetters``,
/// ``EMNISTDigits`` and ``EMNISTAsMNIST``. All are published in one archive of half a gigabyte,
/// which is kept. The published images are transposed: transpose them to see them upright.
///
/// ```swift
/// let training = try EMNIST<EMNISTLetters, Int>(root: "data", download: true)
/// ```
public typealias EMNIST<Split: EMNISTSplit, Target> = MNISTDataset<Split, Target>

/// A split of EMNIST: its classes, and its training and test images.
public protocol EMNISTSplit: MNISTVariant {
  /// The name of the split, part of its file names (torchvision: `split=`).
  static var split: String { get }
}

extension EMNISTSplit {
  /// The name of the folder.
  public static var name: String { "EMNIST" }
  /// The address of the archive.
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

/// The split of EMNIST into 62 classes: digits, uppercase and lowercase letters.
public enum EMNISTByClass: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "byclass"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9") + characters("A"..."Z") + characters("a"..."z")
}

/// The split of EMNIST into 47 classes, which merges similar uppercase and lowercase letters.
public enum EMNISTByMerge: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "bymerge"
  /// The names of the classes, by label.
  public static let classes = EMNISTByClass.classes.filter { !"cijklmopsuvwxyz".contains($0) }
}

/// The classes of ``EMNISTByMerge``, with equal numbers of images.
public enum EMNISTBalanced: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "balanced"
  /// The names of the classes, by label.
  public static let classes = EMNISTByMerge.classes
}

/// The letters of EMNIST, uppercase and lowercase merged, with labels from 1.
public enum EMNISTLetters: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "letters"
  /// The names of the classes, by label.
  public static let classes = ["N/A"] + characters("a"..."z")
}

/// The digits of EMNIST.
public enum EMNISTDigits: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "digits"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9")
}

/// The digits of EMNIST, in the number of MNIST's.
public enum EMNISTAsMNIST: EMNISTSplit {
  /// The name of the split in file names.
  public static let split = "mnist"
  /// The names of the classes, by label.
  public static let classes = characters("0"..."9")
}

private func characters(_ range: ClosedRange<Unicode.Scalar>) -> [String] {
  (range.lowerBound.value...range.upperBound.value).compactMap { Unicode.Scalar($0) }.map {
    String($0)
  }
}
