/// What has to be among the messages of a progress stream if the engine did what it was asked.
///
/// A stream that just ends says nothing: an engine that is stopped ends it, too.
struct ProgressProof: Sendable {
  /// What it is a proof of, as in `ended before the pull was complete`.
  let action: String
  let isGiven: @Sendable (ProgressMessage) -> Bool

  /// A pull says what it comes to: `Status: Downloaded newer image for …`.
  static let pull = ProgressProof(action: "pull") { $0.status?.hasPrefix("Status: ") ?? false }

  /// Podman ends a pull with the beginning of the image's id.
  ///
  /// Of each layer Docker says the same.
  private static let podmanPull = ProgressProof(action: "pull") {
    $0.status == "Download complete" && $0.id?.count == 12
  }

  /// The same of Podman's answers.
  private var ofPodman: ProgressProof { action == Self.pull.action ? Self.podmanPull : self }

  /// What is a proof in that reply, by whoever it is that gives it.
  func expected(in reply: HTTPReply) -> ProgressProof {
    reply.head.headers.contains(name: "Libpod-Api-Version") ? ofPodman : self
  }

  /// A push gives the digest.
  static let push = ProgressProof(action: "push") { $0.aux?["Digest"]?.string != nil }

  /// A build tells the id of the image.
  static func build(_ report: BuildReport) -> ProgressProof {
    ProgressProof(action: "build") { report.imageID(in: $0) != nil }
  }

  /// A load names each image.
  static let load = ProgressProof(action: "load") { $0.loadedImage != nil }

  /// An import says the id of the image, and nothing else.
  static let `import` = ProgressProof(action: "import") { $0.importedID != nil }
}

extension DockerError {
  static func ended(before action: String) -> DockerError {
    DockerError(
      code: .streamTruncated,
      message: "the answer ended before the \(action) was complete"
    )
  }
}
