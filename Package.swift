// swift-tools-version: 6.2

import PackageDescription

/// What every module of ours is built with.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// What the modules that a fabfile imports are built with: library evolution, so that a fabfile
/// compiles against their two `.swiftmodule` files alone (docs/Architecture.md).
let published: [SwiftSetting] = strict + [.unsafeFlags(["-enable-library-evolution"])]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
  name: "swab",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "swab", targets: ["SwabCLI"]),
    .library(name: "Swab", type: .dynamic, targets: ["Swab", "SwabDocker"]),
    .library(name: "SwabDocker", targets: ["SwabDocker"]),
  ],
  traits: [
    .trait(name: "TLS", description: "Speak TLS to Docker Engines; takes minutes more to build."),
    .default(enabledTraits: ["TLS"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(
      name: "CLibSSH2",
      pkgConfig: "libssh2",
      providers: [.apt(["libssh2-1-dev"]), .brew(["libssh2"])]
    ),
    .systemLibrary(
      name: "CLibYAML",
      pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
    ),
    .systemLibrary(
      name: "CLibCrypto",
      pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
    ),
    .systemLibrary(
      name: "CLibZ",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
    ),
    .systemLibrary(name: "CLibBZ2", providers: [.apt(["libbz2-dev"]), .brew(["bzip2"])]),
    .target(name: "SwabYAML", dependencies: ["CLibYAML"], swiftSettings: strict),
    .target(
      name: "SwabSSH",
      dependencies: ["CLibSSH2", "CLibCrypto"] + nio,
      swiftSettings: strict
    ),
    .target(
      name: "SwabDocker",
      dependencies: [
        "CLibZ", "CLibBZ2",
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
        .product(name: "NIOTLS", package: "swift-nio", condition: .when(traits: ["TLS"])),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ] + nio,
      swiftSettings: published
    ),
    .target(
      name: "Swab",
      dependencies: [
        "SwabYAML", "SwabSSH", "SwabDocker",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "OrderedCollections", package: "swift-collections"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ] + nio,
      swiftSettings: published
    ),
    .executableTarget(
      name: "SwabCLI",
      swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-stdlib"])]
    ),
    .target(
      name: "SwabTestSupport",
      dependencies: nio,
      path: "Tests/SwabTestSupport",
      swiftSettings: strict
    ),
    .testTarget(
      name: "SwabYAMLTests",
      dependencies: ["SwabYAML", "SwabTestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "SwabSSHTests",
      dependencies: ["SwabSSH", "SwabTestSupport"] + nio,
      swiftSettings: strict
    ),
    .testTarget(
      name: "SwabDockerTests",
      dependencies: [
        "SwabDocker", "SwabTestSupport", .product(name: "NIOHTTP1", package: "swift-nio"),
      ] + nio,
      swiftSettings: strict
    ),
    .testTarget(
      name: "SwabTests",
      dependencies: [
        "Swab", "SwabYAML", "SwabSSH", "SwabDocker", "SwabTestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + nio,
      swiftSettings: strict
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["SwabTestSupport"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzers are no part of an ordinary build: what libFuzzer feeds must be built with its
// instruments (Scripts/fuzz).
if Context.environment["SWAB_FUZZ"] != nil {
  let instruments = SwiftSetting.unsafeFlags(["-sanitize=fuzzer"])
  for target in package.targets where target.name == "SwabDocker" {
    target.swiftSettings?.append(instruments)
  }
  package.targets.append(
    .executableTarget(
      name: "SwabFuzz",
      dependencies: ["SwabDocker"] + nio,
      path: "Tests/Fuzz",
      exclude: ["Corpus"],
      swiftSettings: strict + [instruments, .unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]
    )
  )
}
