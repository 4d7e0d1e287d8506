// The programs of PyTorch's beginner tutorials, line by line. Each prints what the Python program
// prints for the same seed.
import ArgumentParser
import Kindling
import KindlingVision

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@main
struct Tutorial: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tutorial", abstract: "Run a program of a PyTorch tutorial.",
    discussion: "Programs: " + programs.keys.sorted().joined(separator: ", "))

  @Argument(help: "The name of the program.") var name: String
  @Option(help: "The seed of the random generator.") var seed = 0
  @Option(help: ArgumentHelp("The folder that contains FashionMNIST/raw.", valueName: "folder"))
  var root: String?

  static let programs: [String: @Sendable (_ root: String) throws -> Void] = [
    "grad_is_none": { _ in try gradIsNone() },
    "tensor_from_data": { _ in try tensorFromData() },
    "tensor_from_shape": { _ in try tensorFromShape() },
    "tensor_attributes": { _ in try tensorAttributes() },
    "tensor_indexing": { _ in try tensorIndexing() },
    "dataset_samples": datasetSamples,
    "dataloader_iteration": dataLoaderIteration,
    "target_transform_one_hot": targetTransformOneHot,
    "build_model": { _ in try buildModel() },
    "layers_one_by_one": { _ in try layersOneByOne() },
    "model_parameters": { _ in try modelParameters() },
    "autograd_linear": { _ in try autogradLinear() },
    "jacobian_product": { _ in try jacobianProduct() },
    "quadratic_model": { _ in try quadraticModel() },
    "iris_inspection": { _ in try irisInspection() },
    "iris_training": { _ in try irisTraining() },
    "save_and_load": { _ in try saveAndLoad() },
    "save_whole_model": { _ in try saveWholeModel() },
    "vgg16_save_load": { _ in try vgg16SaveLoad() },
    "optimization_loop": optimizationLoop,
    "routine_adam": { _ in try routineAdam() },
  ]

  func run() throws {
    guard let program = Tutorial.programs[name] else {
      throw ValidationError(
        "there is no program \(name); there are \(Tutorial.programs.keys.sorted().joined(separator: ", "))"
      )
    }
    manualSeed(seed)
    try program(root ?? defaultRoot)
  }

  /// The first place that has the images: `KINDLING_DATA`, `data`, or `data` in the folder of
  /// third-party data that the tests use.
  private var defaultRoot: String {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    let places = [
      variable("KINDLING_DATA"), "data", (variable("KINDLING_SHARED") ?? "../shared") + "/data",
    ]
    return places.compactMap { $0 }.first { access("\($0)/FashionMNIST/raw", F_OK) == 0 } ?? "data"
  }
}
