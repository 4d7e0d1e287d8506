import ArgumentParser

/// The command-line tool, which trains, applies and inspects models without code.
@main
struct KindlingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling",
    abstract: "Train image classifiers, classify images, and inspect files of tensors.",
    version: kindlingVersion,
    subcommands: [
      Train.self, Predict.self, Inspect.self, Convert.self, Export.self, Doctor.self,
    ])
}

/// The version that the tool reports.
let kindlingVersion = "0.1.0"
