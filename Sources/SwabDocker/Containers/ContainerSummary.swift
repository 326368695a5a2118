/// A container in a listing.
public struct ContainerSummary: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("Id") }
  /// The name and the names that links gave it, without the slash that the engine puts in front.
  public var names: [String] { texts("Names").map(\.withoutLeadingSlash) }
  /// The name; a linked container has further ones, which have a slash within.
  public var name: String? { names.first { !$0.contains("/") } ?? names.first }
  /// The image, as it was named when the container was made.
  public var image: String { text("Image") }
  /// The id of the image.
  public var imageID: String { text("ImageID") }
  /// What it runs.
  public var command: String { text("Command") }
  /// When it was made.
  public var created: DockerDate? { raw["Created"]?.int.map { DockerDate(seconds: $0) } }
  /// Its state.
  public var state: ContainerState { ContainerState(rawValue: text("State")) }
  /// Its state in words, such as `Up 5 minutes (healthy)`.
  public var status: String { text("Status") }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
  /// The ports that it exposes or publishes.
  public var ports: [ContainerPort] { views("Ports") }
  /// The volumes and folders mounted in it.
  public var mounts: [ContainerMount] { views("Mounts") }
  /// What it has written in its own file system, in bytes, if sizes were asked for.
  public var writtenBytes: Int? { raw["SizeRw"]?.int }
  /// The size of its file system in bytes, if sizes were asked for.
  public var totalBytes: Int? { raw["SizeRootFs"]?.int }
}

/// The state of a container; engines newer than this library may know others.
public struct ContainerState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The engine's word for it.
  public let rawValue: String

  /// The state that the engine calls so.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The engine's word for it.
  public var description: String { rawValue }

  /// Made, and never started.
  public static let created = ContainerState(rawValue: "created")
  /// Running.
  public static let running = ContainerState(rawValue: "running")
  /// Held.
  public static let paused = ContainerState(rawValue: "paused")
  /// Waiting to be started again.
  public static let restarting = ContainerState(rawValue: "restarting")
  /// About to be removed.
  public static let removing = ContainerState(rawValue: "removing")
  /// Ended.
  public static let exited = ContainerState(rawValue: "exited")
  /// Could not be removed.
  public static let dead = ContainerState(rawValue: "dead")
}

/// A port in a container's listing.
public struct ContainerPort: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The port in the container.
  public var privatePort: Int { raw["PrivatePort"]?.int ?? 0 }
  /// The port on the host, if it is published.
  public var publicPort: Int? { raw["PublicPort"]?.int }
  /// The host's address at which it is published.
  public var hostAddress: String? { optionalText("IP") }
  /// The protocol: `tcp`, `udp` or `sctp`.
  public var type: String { text("Type") }
}

/// Something mounted in a container.
public struct ContainerMount: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The kind, such as `bind` or `volume`.
  public var type: String { text("Type") }
  /// The volume's name.
  public var name: String? { optionalText("Name") }
  /// Where it is on the host.
  public var source: String { text("Source") }
  /// Where it is in the container.
  public var destination: String { text("Destination") }
  /// Whether the container may write there.
  public var isWritable: Bool { flag("RW") }
}
