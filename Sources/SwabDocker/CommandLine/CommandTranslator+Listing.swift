import NIOHTTP1

// Listings: the docker command's own are for people, so their entries are made of what `inspect` says.

extension CommandTranslator {
  /// A command line may be of some 30 KiB over SSH, and an id has 71 letters with its `sha256:`.
  private static let batchSize = 200

  func listContainers(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("ps", "--no-trunc")
    words.flag("all", request.isOn("all"))
    words.flag("last", request.parameter("limit"))
    words.flags("filter", request.filters)
    words.flag("format", "[{{json .ID}},{{json .Image}},{{json .Status}}]")
    let hasSize = request.isOn("size")
    return .command(DockerCommand(words.words)) { output in
      let rows = try output.jsonLines()
      let ids = rows.compactMap { $0[0]?.string }
      var inspect = CommandWords("inspect", "--type=container")
      inspect.flag("size", hasSize)
      return Self.inspectAll(ids, inspect) { details in
        .array(rows.compactMap { row in Self.summary(row, details) })
      }
    }
  }

  /// An entry as the engine lists it; nil for a container that is gone since it was listed.
  private static func summary(_ row: JSONValue, _ details: [String: JSONValue]) -> JSONValue? {
    guard let id = row[0]?.string, let container = details[id] else { return nil }
    var entry = JSONObject()
    entry.set("Id", id)
    entry["Names"] = .texts([container["Name"]?.string ?? ""])
    entry["Image"] = row[1]
    entry["ImageID"] = container["Image"]
    let arguments = container["Args"]?.array?.compactMap(\.string) ?? []
    let words =
      [container["Path"]?.string ?? ""] + arguments.map { $0.contains(" ") ? "'\($0)'" : $0 }
    entry.set("Command", words.joined(separator: " "))
    entry["Created"] = .integer(seconds(container["Created"]))
    entry["Ports"] = ports(container["NetworkSettings"]?["Ports"])
    entry["SizeRw"] = container["SizeRw"]
    entry["SizeRootFs"] = container["SizeRootFs"]
    entry["Labels"] = container["Config"]?["Labels"] ?? [:]
    entry["State"] = container["State"]?["Status"]
    entry["Status"] = row[2]
    entry["HostConfig"] = ["NetworkMode": container["HostConfig"]?["NetworkMode"] ?? ""]
    entry["NetworkSettings"] = ["Networks": container["NetworkSettings"]?["Networks"] ?? [:]]
    entry["Mounts"] = container["Mounts"]
    return .object(entry)
  }

  private static func ports(_ ports: JSONValue?) -> JSONValue {
    let object = ports?.object ?? JSONObject()
    return .array(
      object.keys.flatMap { name -> [JSONValue] in
        let sides = name.split(separator: "/").map(String.init)
        var port = JSONObject()
        port["PrivatePort"] = .integer(sides.first.flatMap { Int($0) } ?? 0)
        port["Type"] = .string(sides.count > 1 ? sides[1] : "tcp")
        guard let bindings = object[name]?.array, !bindings.isEmpty else { return [.object(port)] }
        return bindings.map { binding in
          port["IP"] = binding["HostIp"]
          port["PublicPort"] = .integer(binding["HostPort"]?.string.flatMap { Int($0) } ?? 0)
          return .object(port)
        }
      }
    )
  }

  private static func seconds(_ date: JSONValue?) -> Int {
    date?.string.flatMap { DockerDate($0) }?.seconds ?? 0
  }

  func listImages(_ request: CommandRequest) throws -> DockerStep {
    try request.refuse("shared-size", "manifests")
    // Digests are told in any case.
    request.ignore("digests")
    let filters = request.filters
    var words = CommandWords("images", "--no-trunc", "--quiet")
    let dangling = filters.first { $0.name == "dangling" }?.value
    // From Docker 29 on, images without a name are shown only to who wants all; of those that hang
    // loose, that is no more than they are.
    words.flag("all", request.isOn("all") || ["true", "1"].contains(dangling))
    words.flags("filter", filters)
    var loose = CommandWords("images", "--no-trunc", "--quiet", "--all", "--filter=dangling=true")
    loose.flags("filter", filters)
    let (rest, isHidden) = (DockerCommand(loose.words), version >= APIVersion(1, 44))
    let mayLackSome = isHidden && !request.isOn("all") && dangling == nil
    return .command(DockerCommand(words.words)) { output in
      guard mayLackSome else { return Self.inspectImages(output.lines) }
      return .command(rest) { Self.inspectImages(output.lines + $0.lines) }
    }
  }

  private static func inspectImages(_ ids: [String]) -> DockerStep {
    // An image is there once for each of its names.
    var known: Set<String> = []
    let ids = ids.filter { known.insert($0).inserted }
    return inspectAll(ids, CommandWords("inspect", "--type=image")) { details in
      .array(ids.compactMap { id in details[id].map(summary) })
    }
  }

  private static func summary(of image: JSONValue) -> JSONValue {
    var entry = JSONObject()
    entry["Id"] = image["Id"]
    entry["ParentId"] = image["Parent"] ?? ""
    entry["RepoTags"] = image["RepoTags"]
    entry["RepoDigests"] = image["RepoDigests"]
    entry["Created"] = .integer(seconds(image["Created"]))
    entry["Size"] = image["Size"]
    entry["SharedSize"] = -1
    entry["VirtualSize"] = image["VirtualSize"]
    entry["Labels"] = image["Config"]?["Labels"]
    entry["Containers"] = -1
    return .object(entry)
  }

  func listNetworks(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("network", "ls", "--no-trunc", "--quiet")
    words.flags("filter", request.filters)
    return .command(DockerCommand(words.words)) { output in
      let ids = output.lines
      return Self.inspectAll(ids, CommandWords("network", "inspect")) { details in
        .array(
          ids.compactMap { id in
            // Who is in it, a listing doesn't say.
            guard var entry = details[id]?.object else { return nil }
            entry["Containers"] = [:]
            return .object(entry)
          }
        )
      }
    }
  }

  func listVolumes(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("volume", "ls", "--quiet")
    words.flags("filter", request.filters)
    return .command(DockerCommand(words.words)) { output in
      let names = output.lines
      return Self.inspectAll(names, CommandWords("volume", "inspect"), by: "Name") { details in
        ["Volumes": .array(names.compactMap { details[$0] }), "Warnings": nil]
      }
    }
  }

  /// Inspects all of these things, some at a time, and answers with what is made of that.
  ///
  /// - Parameters:
  ///   - names: Their ids or names.
  ///   - words: The command without them.
  ///   - key: The field by which they are known.
  ///   - found: What there was before.
  ///   - answer: Makes the answer of all details by the values of that field.
  /// - Returns: The first step of that.
  private static func inspectAll(
    _ names: [String],
    _ words: CommandWords,
    by key: String = "Id",
    found: [String: JSONValue] = [:],
    _ answer: @escaping @Sendable ([String: JSONValue]) -> JSONValue
  ) -> DockerStep {
    guard !names.isEmpty else { return .reply(.json(answer(found))) }
    var command = DockerCommand(words.words + names.prefix(batchSize))
    command.toleratesMissing = true
    let rest = Array(names.dropFirst(batchSize))
    return .command(command) { output in
      var found = found
      for details in try output.json().array ?? [] {
        if let name = details[key]?.string { found[name] = details }
      }
      return inspectAll(rest, words, by: key, found: found, answer)
    }
  }
}
