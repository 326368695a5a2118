import OrderedCollections
import SwabYAML

/// What `fabfile.yml` says: hosts, roles, their env, and Docker clients.
struct Inventory: Sendable {
  /// The file, as messages call it.
  var path: String
  /// The absolute folder of the file.
  var folder: String
  /// The section `env`.
  var env = EnvLayer()
  /// The section `hosts`, ranges written out; nil if the file has none, so that any word is a host.
  var hosts: OrderedDictionary<String, HostEntry>?
  /// The section `roles`.
  var roles: OrderedDictionary<String, Role> = [:]
  /// The section `docker_clients`.
  var dockerClients: OrderedDictionary<String, DockerClientEntry> = [:]
  /// The absolute path of the folder that `package` names.
  var packageFolder: String?
  /// What is allowed and probably a mistake.
  var warnings: [FabfileError] = []
  /// Names of roles by the key of a host, in the order of the file.
  var rolesByHost: [String: [String]] = [:]
  /// The same, in the order in which their env applies, lowest first.
  var envRolesByHost: [String: [String]] = [:]
}

/// A host of the section `hosts`.
struct HostEntry: Sendable {
  var name: String
  /// Where to connect to; nil if that is the name itself, which ssh_config may know.
  var address: String?
  /// The host's `env`, with its `user` and `port`.
  var layer = EnvLayer()
  /// Addresses by name, as other hosts and containers see them.
  var interfaces: OrderedDictionary<String, String> = [:]
  var location: YAMLLocation
}

/// A role of the section `roles`.
struct Role: Sendable {
  var name: String
  var terms: [Term] = []
  var layer = EnvLayer()
  var location: YAMLLocation
  /// The hosts, those of roles within it too, in the order of the terms, each once.
  var members: [HostReference] = []
  /// Bare words that are no hosts of the file, in it and in roles within it.
  var unknownWords: [Term] = []

  /// A host string, a range or the name of a role.
  struct Term: Sendable {
    var text: String
    var location: YAMLLocation
  }
}

/// An entry of the section `docker_clients`.
struct DockerClientEntry: Sendable {
  var name: String
  /// The host whose engine this is, as written.
  var fabricHost: String?
  /// The other settings by name; to read one: `EnvTable.resolve(_:)`.
  var settings = EnvLayer()
  /// Addresses by name.
  var interfaces: OrderedDictionary<String, String> = [:]
  var location: YAMLLocation
}

/// A host that was selected.
struct HostReference: Sendable {
  /// The host string as written, with ranges written out; what a run shows.
  var name: String
  /// Where to connect to: the inventory's address, or the host part of what was written.
  var address: String
  /// The port, if one was written in the term; the inventory's is the key `port` of the env.
  var port: Int?
  /// The user, if one was written in the term; the inventory's is the key `user` of the env.
  var user: String?
  /// The name in the section `hosts`, if the host is there.
  var inventoryName: String?
  /// The roles that hold the host, in the order of the file.
  var roles: [String] = []
  /// Where it was named: in `hosts` or a role of the file, else nil.
  var location: YAMLLocation?
}

extension HostReference {
  /// What tells the host from others in the tables of the inventory; users don't.
  var key: String { Self.key(inventoryName: inventoryName, host: address, port: port) }

  static func key(inventoryName: String?, host: String, port: Int?) -> String {
    // A space can't be part of a name in `hosts`.
    inventoryName ?? "\(host.lowercased()) \(port.map(String.init) ?? "")"
  }
}

extension Inventory {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: How messages call it, if not by its path.
  ///   - environment: The process's environment, for `!env_os` and `~`.
  /// - Returns: What it says.
  /// - Throws: An error with the place, or with why the file can't be read.
  static func load(
    path: String,
    name: String? = nil,
    environment: [String: String]
  ) throws(FabfileError) -> Inventory {
    let bytes = try FileReading.bytes(of: path)
    let folder = FileReading.folder(of: path)
    return try read(bytes, name: name ?? path, folder: folder, environment: environment)
  }

  /// Reads a text.
  static func read(
    _ bytes: some Sequence<UInt8>,
    name: String,
    folder: String,
    environment: [String: String] = [:]
  ) throws(FabfileError) -> Inventory {
    let root: YAMLNode
    do {
      root = try YAMLNode.parse(bytes, name: name, hides: SecretKeys.areSecret)
    } catch {
      throw FabfileError(error)
    }
    let values = ValueReader(folder: folder, environment: environment)
    var reader = InventoryReader(name: name, folder: folder, values: values)
    return try reader.read(root)
  }

  /// An inventory without a file: any word is a host.
  static let empty = Inventory(path: "", folder: "")
}
