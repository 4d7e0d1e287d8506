import ArgumentParser

/// Lists all operations and attacks them.
struct OperationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-operations",
    abstract: "Lists all operations, checks their gradients, and calls them with random arguments.",
    subcommands: [ListCommand.self, GradientsCommand.self, SoakCommand.self])
}

OperationsCommand.main()
