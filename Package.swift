// swift-tools-version: 6.1
import PackageDescription

#if arch(x86_64) && os(Linux) && canImport(Glibc)
  let mathLibraries: [LinkerSetting] = [.linkedLibrary("mvec"), .linkedLibrary("m")]
#else
  let mathLibraries: [LinkerSetting] = []
#endif

let package = Package(
  name: "Kindling",
  products: [
    .library(name: "Kindling", targets: ["Kindling"]),
    .library(name: "KindlingVision", targets: ["KindlingVision"]),
    .library(name: "KindlingTrainer", targets: ["KindlingTrainer"]),
    .executable(name: "kindling", targets: ["KindlingTool"]),
    .executable(name: "kindling-bench", targets: ["kindling-bench"]),
    .executable(name: "kindling-conformance", targets: ["kindling-conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    // MARK: Library targets, in order of dependency
    .target(
      name: "CKernels",
      cSettings: [
        "dispatch", "elementwise", "matrix", "convolution", "reduction", "random", "indexing",
      ].map { .headerSearchPath($0) },
      // glibc's vector functions, which are available only on x86-64; linked where they are used.
      linkerSettings: mathLibraries),
    .target(name: "KindlingPlatform", dependencies: ["CKernels"]),
    .target(
      name: "KindlingCore",
      dependencies: [
        "CKernels", "KindlingPlatform", .product(name: "Numerics", package: "swift-numerics"),
      ],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]),
    .target(name: "KindlingNN", dependencies: ["KindlingCore", "KindlingPlatform"]),
    .target(name: "KindlingOptim", dependencies: ["KindlingCore", "KindlingPlatform"]),
    .target(name: "KindlingData", dependencies: ["KindlingCore", "KindlingPlatform"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "KindlingIO", dependencies: ["KindlingCore", "KindlingPlatform", "KindlingNN", "CZlib"]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(
      name: "CImageCodecs", dependencies: ["CPNG", "CJPEG"],
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
    .target(
      name: "KindlingVision",
      dependencies: [
        "KindlingPlatform", "KindlingNN", "KindlingData", "KindlingIO", "CZlib", "CImageCodecs",
        .product(name: "Numerics", package: "swift-numerics"),
      ]),
    .target(
      name: "KindlingTrainer",
      dependencies: [
        "KindlingCore", "KindlingPlatform", "KindlingNN", "KindlingOptim", "KindlingData",
        "KindlingIO",
      ]),
    .target(
      name: "Kindling",
      dependencies: ["KindlingCore", "KindlingNN", "KindlingOptim", "KindlingData", "KindlingIO"]),

    // MARK: Executables
    .executableTarget(
      name: "KindlingTool",
      dependencies: [
        "CKernels", "Kindling", "KindlingPlatform", "KindlingTrainer", "KindlingVision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "kindling-bench",
      dependencies: [
        "Kindling", "KindlingVision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "kindling-conformance",
      dependencies: [
        "Kindling", "_TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Lists the operations, checks their gradients, and calls them with random arguments.
    .executableTarget(
      name: "kindling-operations",
      dependencies: [
        "Kindling", "_TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Fuzzes the file readers; built with libFuzzer by scripts/fuzz.
    .executableTarget(
      name: "kindling-fuzz",
      dependencies: [
        "Kindling", "KindlingPlatform", "KindlingTrainer", "KindlingVision", "_TestSupport",
      ]),

    // MARK: Examples
    .executableTarget(name: "quadratic", dependencies: ["Kindling"], path: "Examples/Quadratic"),
    .executableTarget(name: "iris", dependencies: ["Kindling"], path: "Examples/Iris"),
    .executableTarget(
      name: "keras-to-kindling", dependencies: ["Kindling", "KindlingTrainer"],
      path: "Examples/KerasToKindling"),
    .executableTarget(
      name: "fashion-mnist", dependencies: ["Kindling", "KindlingVision"],
      path: "Examples/FashionMNIST"),
    .executableTarget(
      name: "pictures", dependencies: ["Kindling", "KindlingVision"], path: "Examples/Pictures"),
    .executableTarget(
      name: "tutorial",
      dependencies: [
        "Kindling", "KindlingVision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/Tutorial"),
    .executableTarget(
      name: "book",
      dependencies: [
        "Kindling", "KindlingTrainer", "KindlingVision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/Book"),

    // The Kindling side of scripts/check-torchvision.
    .executableTarget(
      name: "torchvision-check", dependencies: ["Kindling", "KindlingVision"],
      path: "Examples/TorchvisionCheck"),

    // MARK: Tests
    .target(
      name: "_TestSupport", dependencies: ["Kindling", "KindlingPlatform", "CKernels"],
      exclude: ["Expectations"]),
    // Separate, since only tests can link swift-testing.
    .target(
      name: "_TestExpectations", dependencies: ["Kindling", "_TestSupport"],
      path: "Sources/_TestSupport/Expectations"),
    .testTarget(
      name: "KindlingCoreTests", dependencies: ["Kindling", "CKernels", "_TestExpectations"]),
    .testTarget(name: "KindlingNNTests", dependencies: ["Kindling", "_TestExpectations"]),
    .testTarget(name: "KindlingOptimTests", dependencies: ["Kindling", "_TestExpectations"]),
    .testTarget(
      name: "KindlingTrainerTests",
      dependencies: ["Kindling", "KindlingTrainer", "_TestExpectations"]),
    .testTarget(name: "KindlingDataTests", dependencies: ["Kindling", "_TestExpectations"]),
    .testTarget(name: "KindlingIOTests", dependencies: ["Kindling", "_TestExpectations"]),
    .testTarget(
      name: "KindlingVisionTests",
      dependencies: [
        "CKernels", "Kindling", "KindlingVision", "CZlib", "_TestExpectations",
      ]),
    // These tests run the executables, which every build places next to the tests.
    .testTarget(
      name: "ToolTests", dependencies: ["Kindling", "KindlingVision", "_TestExpectations"]),
    .testTarget(name: "ExamplesTests", dependencies: ["_TestExpectations"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
