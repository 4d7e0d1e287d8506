import ArgumentParser

/// The command that lists and tests all operations.
struct OperationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-operations",
    abstract: "List all operations, check their gradients, and call them with random arguments.",
    subcommands: [ListCommand.self, GradientsCommand.self, SoakCommand.self])
}

OperationsCommand.main()
