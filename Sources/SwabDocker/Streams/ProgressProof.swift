/// What has to be among the messages of a progress stream if the engine did what it was asked.
///
/// A stream that just ends says nothing: an engine that is stopped ends it, too.
struct ProgressProof: Sendable {
  /// What it is a proof of, as in `ended before the pull was complete`.
  let action: String
  let isGiven: @Sendable (ProgressMessage) -> Bool

  /// A pull says what it comes to: `Status: Downloaded newer image for …`.
  static let pull = ProgressProof(action: "pull") { $0.status?.hasPrefix("Status: ") ?? false }

  /// A push gives the digest.
  static let push = ProgressProof(action: "push") { $0.aux?["Digest"]?.string != nil }

  /// A build gives the id of the image, or says it where it was asked to say nothing else.
  static let build = ProgressProof(action: "build") {
    $0.aux?["ID"]?.string != nil || $0.stream?.hasPrefix("sha256:") ?? false
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
