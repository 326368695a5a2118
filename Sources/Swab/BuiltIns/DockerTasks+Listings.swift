extension DockerTasks {
  /// What an engine has.
  static let listings = [
    define(
      "list_containers",
      "List containers",
      ["list_all=yes", "short_image=yes", "full_ids=no", "full_cmd=no"],
      containers
    ),
    define("list_images", "List images", ["list_all=no", "full_ids=no"], images),
    define("list_networks", "List networks", ["full_ids=no"], networks),
    define("list_volumes", "List volumes", [], volumes),
  ]

  @Sendable private static func containers(_ call: BuiltInCall) async throws -> TaskReport {
    let arguments = call.arguments
    let form = ContainerForm(
      shortImage: try arguments.bool("short_image"),
      fullIDs: try arguments.bool("full_ids"),
      fullCommand: try arguments.bool("full_cmd")
    )
    let found = try await call.docker.containers(all: arguments.bool("list_all"))
    return TaskReport(table(of: found, form), json: .array(found.map(\.raw)))
  }

  /// How much is shown of a container.
  struct ContainerForm {
    var shortImage = true
    var fullIDs = false
    var fullCommand = false
  }

  static func table(of containers: [ContainerSummary], _ form: ContainerForm) -> TextTable {
    var table = TextTable([
      .init(title: "Id"), .init(title: "Names", mayWrap: true),
      .init(title: "Image", mayWrap: true), .init(title: "Command", mayWrap: true),
      .init(title: "Ports", mayWrap: true), .init(title: "Status", mayWrap: true),
      .init(title: "Created", cut: Cells.dayWidth),
    ])
    for container in containers {
      table.add([
        [Cells.id(container.id, isFull: form.fullIDs)],
        container.names,
        [form.shortImage ? Cells.shortImage(container.image) : container.image],
        [form.fullCommand ? container.command : Cells.cut(container.command, to: 25)],
        container.ports.map(Cells.port),
        [container.status],
        [Cells.date(container.created)],
      ])
    }
    return table
  }

  @Sendable private static func images(_ call: BuiltInCall) async throws -> TaskReport {
    let fullIDs = try call.arguments.bool("full_ids")
    let found = try await call.docker.images(all: call.arguments.bool("list_all"))
    return TaskReport(table(of: found, fullIDs: fullIDs), json: .array(found.map(\.raw)))
  }

  static func table(of images: [ImageSummary], fullIDs: Bool) -> TextTable {
    var table = TextTable([
      .init(title: "Id"), .init(title: "RepoTags", mayWrap: true), .init(title: "ParentId"),
      .init(title: "Created", cut: Cells.dayWidth), .init(title: "VirtualSize", repeated: "Size"),
      .init(title: "Size"),
    ])
    for image in images {
      table.add([
        [Cells.id(image.id, isFull: fullIDs)],
        image.repoTags,
        [Cells.id(image.parentID ?? "", isFull: fullIDs)],
        [Cells.date(image.created)],
        // Engines from API 1.44 on leave it out: it has long been the same as the size.
        ["\(image.raw["VirtualSize"]?.int ?? image.size)"],
        ["\(image.size)"],
      ])
    }
    return table
  }

  @Sendable private static func networks(_ call: BuiltInCall) async throws -> TaskReport {
    let fullIDs = try call.arguments.bool("full_ids")
    let found = try await call.docker.networks()
    var table = TextTable([
      .init(title: "Id"), .init(title: "Name", mayWrap: true), .init(title: "Driver"),
      .init(title: "Scope"),
    ])
    for network in found {
      table.add([
        [Cells.id(network.id, isFull: fullIDs)], [network.name], [network.driver], [network.scope],
      ])
    }
    return TaskReport(table, json: .array(found.map(\.raw)))
  }

  @Sendable private static func volumes(_ call: BuiltInCall) async throws -> TaskReport {
    let found = try await call.docker.volumes()
    var table = TextTable([.init(title: "Name", mayWrap: true), .init(title: "Driver")])
    for volume in found { table.add([[volume.name], [volume.driver]]) }
    return TaskReport(table, json: .array(found.map(\.raw)))
  }
}

/// What stands in the cells of tables, in Docker-Fabric's forms.
enum Cells {
  /// An id, of which 12 characters tell one from another; `sha256:` is the same before all of them.
  static func id(_ id: String, isFull: Bool) -> String {
    if isFull { return id }
    return String((id.split(separator: ":").last ?? "").prefix(12))
  }

  /// The text in so many characters; the last of them says where something is left out.
  static func cut(_ text: String, to count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
  }

  /// An image without its registry and folders; one without a name is its id.
  static func shortImage(_ image: String) -> String {
    if image.hasPrefix("sha256:") { return id(image, isFull: false) }
    return String(image.split(separator: "/").last ?? "")
  }

  /// `0.0.0.0:8080->80/tcp`, or `80/tcp` where it isn't published.
  static func port(_ port: ContainerPort) -> String {
    let own = "\(port.privatePort)/\(port.type)"
    guard let published = port.publicPort else { return own }
    return "\(port.hostAddress ?? ""):\(published)->\(own)"
  }

  /// How wide the day of a date is.
  static let dayWidth = "2026-11-26".count

  /// UTC in ISO 8601, without its zone.
  static func date(_ date: DockerDate?) -> String {
    guard let date else { return "" }
    return String("\(DockerDate(seconds: date.seconds))".dropLast())
  }

  /// What stands behind a key of `version` and `info`: text as it is, and a list of parts by their
  /// names and versions.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: return ""
    case .string(let text): return text
    case .array(let items):
      let texts = items.map(text)
      return texts.joined(separator: ", ")
    case .object(let object):
      guard let name = object["Name"]?.string else { return value.description }
      return ([name] + [object["Version"]?.string].compactMap { $0 }).joined(separator: " ")
    default: return value.description
    }
  }
}
