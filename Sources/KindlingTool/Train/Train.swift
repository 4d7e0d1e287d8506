import ArgumentParser
import Kindling
import KindlingPlatform
import KindlingTrainer
import KindlingVision

/// The command `kindling train`, which trains a classifier, tests it after each epoch, and saves
/// it.
///
/// Random numbers are drawn in the order of a PyTorch script: the seed, the model, then in each
/// epoch the training loader and the test loader.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Train a classifier.")

  @Option(help: "The dataset to train on.") var dataset = DatasetName.fashionMNIST
  @Option(
    help: ArgumentHelp(
      "The folder that contains FashionMNIST/raw, MNIST/raw, or the images of 'folder'.",
      valueName: "folder"))
  var root = "data"
  @Flag(help: "Download the dataset to --root if it is missing.") var download = false
  @OptionGroup var own: OwnData
  @Option(help: "The network to train.") var model = ModelKind.mlp
  @Option(
    help: ArgumentHelp(
      "The sizes of the hidden layers of 'mlp', separated by commas.", valueName: "sizes"))
  var hidden = HiddenSizes([512, 512])
  @Option(parsing: .unconditional, help: ArgumentHelp("The number of epochs.", valueName: "n"))
  var epochs = 5
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of samples in a batch.", valueName: "n"))
  var batchSize = 64
  @Option(parsing: .unconditional, help: ArgumentHelp("The learning rate.", valueName: "rate"))
  var lr = 1e-3
  @Option(help: "The optimizer.") var optimizer = OptimizerKind.sgd
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The momentum of 'sgd'.", valueName: "number"))
  var momentum = 0.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The weight decay. (default: that of the optimizer)", valueName: "number"))
  var weightDecay: Double?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the random generator. (default: random)", valueName: "seed"))
  var seed: Int?
  @Flag(inversion: .prefixedNo, help: "Shuffle the training samples in each epoch.")
  var shuffle = true
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The number of threads that prepare batches; 0 uses the thread of the training loop.",
      valueName: "n"))
  var workers = 0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The number of threads that an operation can use. (default: all processors)", valueName: "n"))
  var threads: Int?
  @Option(
    help: ArgumentHelp("Save the state dict of the trained model to this file.", valueName: "file"))
  var save: String?
  @Option(
    help: ArgumentHelp(
      "Save the whole trained model, including its layers, to this file.", valueName: "file"))
  var saveModel: String?
  @Option(
    help: ArgumentHelp(
      "Write a checkpoint to this file after each epoch, for --resume.", valueName: "file"))
  var checkpoint: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Also write the checkpoint after every n batches.", valueName: "n"))
  var checkpointEvery: Int?
  @Option(
    help: ArgumentHelp(
      "Resume from this checkpoint with its options, and update it after each epoch.",
      valueName: "file"))
  var resume: String?
  @Option(
    help: ArgumentHelp(
      "Write an HTML report with curves, a confusion matrix and predictions to this file.",
      valueName: "file"))
  var report: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Print the loss after every n batches.", valueName: "n"))
  var logEvery = 100
  @Flag(help: "Print one JSON object per line instead of text.") var json = false

  func validate() throws {
    if epochs < 0 { throw ValidationError("--epochs must not be negative, but got \(epochs)") }
    if logEvery < 1 { throw ValidationError("--log-every must be at least 1, but got \(logEvery)") }
    if momentum != 0 && optimizer != .sgd && resume == nil {
      throw ValidationError("--momentum is an option of sgd, not of \(optimizer.rawValue)")
    }
    if let checkpointEvery {
      if checkpointEvery < 1 {
        throw ValidationError("--checkpoint-every must be at least 1, but got \(checkpointEvery)")
      }
      if checkpoint == nil && resume == nil {
        throw ValidationError("--checkpoint-every needs --checkpoint FILE")
      }
    }
  }

  mutating func run() throws {
    if let threads { try setThreadCount(threads) }
    for path in [save, saveModel, checkpoint, report].compactMap({ $0 }) { try checkWritable(path) }
    var start: TrainingCheckpoint?
    if let resume {
      let saved = try TrainingCheckpoint(resume)
      try adopt(saved, resume)
      start = saved
      checkpoint = checkpoint ?? resume
    }
    try train(from: start)
  }

  private func train(from start: TrainingCheckpoint?) throws {
    switch dataset {
    case .fashionMNIST:
      try prepare(
        on: FashionMNIST(root: root, train: true, download: download, transform: ToTensor()),
        testedOn: FashionMNIST(root: root, train: false, transform: ToTensor()), from: start)
    case .mnist:
      try prepare(
        on: MNIST(root: root, train: true, download: download, transform: ToTensor()),
        testedOn: MNIST(root: root, train: false, transform: ToTensor()), from: start)
    case .iris:
      let iris = try Iris()
      try run(onFifthsOf: iris.features.to(.float32), iris.targets, from: start)
    case .digits:
      let digits = try Digits()
      try run(onFifthsOf: digits.features.div(16), digits.targets, from: start)
    case .folder:
      let (training, test, classes) = try own.images(root)
      try prepare(on: training, testedOn: test, classes: classes, from: start)
    case .csv:
      let (training, test, classes) = try own.rows()
      try prepare(on: training, testedOn: test, classes: classes, from: start)
    }
  }

  /// Runs the training on a dataset without a test set: every fifth sample is for testing.
  private func run(
    onFifthsOf features: Tensor, _ labels: Tensor, from start: TrainingCheckpoint?
  ) throws {
    let all = 0..<features.shape[0]
    func part(_ indices: [Int]) throws -> TensorDataset<(Tensor, Tensor)> {
      let chosen = Tensor(indices)
      return try TensorDataset(features.indexSelect(0, chosen), labels.indexSelect(0, chosen))
    }
    try prepare(
      on: part(all.filter { $0 % 5 != 4 }), testedOn: part(all.filter { $0 % 5 == 4 }), from: start)
  }

  /// Converts samples to the form that the model takes.
  private func prepare<Source: Dataset, Label: Collatable>(
    on training: Source, testedOn test: Source, classes: [String]? = nil,
    from start: TrainingCheckpoint?
  ) throws where Source.Sample == (Tensor, Label), Label.Batch == Tensor {
    let classes = classes ?? dataset.classes
    if model == .resnet18 {
      try run(
        on: InThreeChannels(base: training), testedOn: InThreeChannels(base: test),
        classes: classes, from: start)
    } else {
      try run(on: training, testedOn: test, classes: classes, from: start)
    }
  }

  private func run<Source: Dataset, Label: Collatable>(
    on training: Source, testedOn test: Source, classes: [String], from start: TrainingCheckpoint?
  ) throws where Source.Sample == (Tensor, Label), Label.Batch == Tensor {
    guard training.count > 0, test.count > 0 else {
      throw ToolError(
        "there are \(training.count) samples to train on and \(test.count) to test on: too few")
    }
    if report != nil && classes.count > ConfusionMatrix.most {
      throw ToolError(
        "a report of \(classes.count) classes would be too large; at most \(ConfusionMatrix.most)")
    }
    let shape = try training[0].0.shape
    try StepMemory(
      model: model, shape: shape, batchSize: max(1, min(batchSize, training.count)),
      hidden: hidden.sizes, classes: classes.count,
      optimizerValues: optimizer == .sgd ? (momentum == 0 ? 0 : 1) : 2
    ).check(options: memoryOptions)
    if let seed { manualSeed(seed) }
    let trainingLoader = try DataLoader(
      training, batchSize: batchSize, shuffle: shuffle, workers: workers)
    let testLoader = try DataLoader(test, batchSize: batchSize, workers: workers)
    let network = try makeModel(
      model, for: shape, hidden: hidden.sizes, classes: classes.count)
    let optimizer = try makeOptimizer(network)
    try start?.restore(network, optimizer) { try trainingLoader.loadStateDict($0) }
    let options = Train.keptOptions.map { (name: $0.name, value: $0.read(self)) }
    let log = TrainingLog(json: json, every: logEvery, collects: report != nil)
    let run = TrainingRun(
      network, optimizer, log: log,
      checkpointEvery: checkpointEvery,
      checkpoint: checkpoint.map { path in
        { epoch, loader in
          try TrainingCheckpoint(
            epoch: epoch, model: network, optimizer: optimizer, loader: loader, options: options,
            classes: classes
          ).save(to: path)
        }
      })
    let first = start?.epoch ?? 1
    for epoch in stride(from: first, through: epochs, by: 1) {
      let done = epoch == first ? try start.map { try TrainingRun.batchesDone($0.loader) } ?? 0 : 0
      try run.epoch(epoch, trainingLoader, testLoader, done: done)
    }
    if let save {
      try Kindling.save(network.stateDict(), to: save, notes: notes(classes, own.imageSize))
      if !json { print("Saved the model to \(save)") }
    }
    if let saveModel {
      try Kindling.save(whole(network), to: saveModel, notes: notes(classes, own.imageSize))
      if !json { print("Saved the whole model to \(saveModel)") }
    }
    if let report {
      let seed = (name: "seed", value: seed.map { "\($0)" } ?? "none")
      let samples = "\(training.count) to train on, \(test.count) to test on"
      let parts = [("network", network.description), ("samples", samples)]
      try ReportData(network, test, classes: classes).report(
        title: "Kindling: \(model.rawValue) on \(dataset.rawValue)", log.history,
        configuration: (options + [seed] + parts).filter { !$0.value.isEmpty }
      ).write(to: report)
      if !json { print("Wrote the report to \(report)") }
    }
  }

  /// The options on which the memory of a step depends.
  private var memoryOptions: String {
    var options = ["--batch-size"]
    if dataset == .folder { options.insert("--image-size", at: 0) }
    if model == .mlp { options.insert("--hidden", at: 0) }
    return options.count == 1
      ? options[0] : options.dropLast().joined(separator: ", ") + " or --batch-size"
  }

  private func makeOptimizer(_ network: any Layer) throws -> Optimizer {
    let parameters = network.parameters()
    switch optimizer {
    case .sgd:
      return try SGD(parameters, lr: lr, momentum: momentum, weightDecay: weightDecay ?? 0)
    case .adam: return try Adam(parameters, lr: lr, weightDecay: weightDecay ?? 0)
    case .adamw:
      guard let weightDecay else { return try AdamW(parameters, lr: lr) }
      return try AdamW(parameters, lr: lr, weightDecay: weightDecay)
    }
  }

  /// Reports an unwritable file before the training rather than after it.
  private func checkWritable(_ path: String) throws {
    let folder =
      path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
    let place = folder.isEmpty ? "/" : folder
    guard access(place, W_OK) == 0 else {
      throw ToolError("cannot save to \(path): \(SystemCall.errorText())")
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw ToolError("cannot save to \(path): it is a folder")
    }
  }
}
