// swift-tools-version: 6.1
// A package outside Kindling's: proves that what users write themselves needs its public API alone.
import PackageDescription

let package = Package(
  name: "UserPackage",
  dependencies: [.package(name: "Kindling", path: "../..")],
  targets: [
    .executableTarget(
      name: "UserPackage",
      dependencies: [
        .product(name: "Kindling", package: "Kindling"),
        .product(name: "KindlingVision", package: "Kindling"),
      ])
  ]
)
