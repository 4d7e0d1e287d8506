/// The QMNIST dataset: a reconstruction of MNIST with all 60,000 test digits
/// (torchvision: `datasets.QMNIST` with `compat=True`).
public typealias QMNIST<Target> = MNISTDataset<QMNISTDigits, Target>

/// The QMNIST digits, by Yadav and Bottou.
public enum QMNISTDigits: MNISTVariant {
  /// The name of the folder.
  public static let name = "QMNIST"
  /// The names of the classes, by label.
  public static let classes = MNISTDigits.classes
  /// The address of the files.
  public static let mirrors = [
    "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
  ]
  /// The files and their checksums.
  public static let files = MNISTFiles(
    training: (
      PublishedFile("qmnist-train-images-idx3-ubyte.gz", md5: "ed72d4157d28c017586c42bc6afe6370"),
      PublishedFile("qmnist-train-labels-idx2-int.gz", md5: "0058f8dd561b90ffdd0f734c6a30e5e4")
    ),
    test: (
      PublishedFile("qmnist-test-images-idx3-ubyte.gz", md5: "1394631089c404de565df7b7aeaf9412"),
      PublishedFile("qmnist-test-labels-idx2-int.gz", md5: "5b5b05890a5e13444e108efe57b788aa")
    ))
}
