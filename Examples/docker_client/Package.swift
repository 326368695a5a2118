// swift-tools-version: 6.2

import PackageDescription

// SwabDocker alone, in a program of one's own. `traits: []` leaves TLS out, which takes minutes to
// build; leave it away to have it.
let package = Package(
  name: "docker_client",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swab", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "docker_client",
      dependencies: [.product(name: "SwabDocker", package: "swab")],
      path: ".",
      sources: ["main.swift"]
    )
  ]
)
