import NIOCore
import NIOPosix

// Files and folders of containers, brought to this machine.

extension DockerAPI {
  /// Brings a file or folder of a container to a tar archive on this machine.
  ///
  /// The archive is packed if its name says so: `.gz` and `.tgz` by gzip, `.bz2` by bzip2.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - path: What is wanted.
  ///   - file: Where the archive goes.
  ///   - contentsOnly: Whether what is in a folder stands at the archive's root, and not the folder.
  ///   - followsLink: Whether a link at the end of the path stands for what it leads to.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path, `fileFailed` if
  ///   the archive can't be written.
  public func copyResource(
    _ container: String,
    path: String,
    to file: String,
    contentsOnly: Bool = true,
    followsLink: Bool = false
  ) async throws {
    report("receiving tarball for resource '\(container):\(path)' and storing as \(file)")
    let resource = ContainerResource(path, contentsOnly: contentsOnly)
    try await archive(container, [resource], followsLink)
      .upload.packed(by: .init(forFile: file)).save(to: file)
  }

  /// Brings a file or folder of a container to a folder of this machine.
  ///
  /// An entry that leads out of the folder, by its path or through a link, is an error, and nothing
  /// is written there. Links themselves are made as they are, wherever they lead.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - path: What is wanted.
  ///   - folder: Where it goes; it is made if it isn't there, and what is in its way is replaced.
  ///   - contentsOnly: Whether what is in a folder is wanted, and not the folder itself.
  ///   - followsLink: Whether a link at the end of the path stands for what it leads to.
  ///   - keepsOwners: Whether users and groups are those in the container, which only root may do.
  /// - Returns: What was left out: devices.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path, `invalidArchive`
  ///   for an entry that leads out of the folder, `fileFailed` if something can't be written.
  @discardableResult
  public func copyOut(
    _ container: String,
    path: String,
    to folder: String,
    contentsOnly: Bool = false,
    followsLink: Bool = false,
    keepsOwners: Bool = false
  ) async throws -> [String] {
    report("receiving '\(container):\(path)' and storing in \(folder)")
    let resource = ContainerResource(path, contentsOnly: contentsOnly)
    return try await archive(container, [resource], followsLink)
      .extract(to: folder, keepsOwners: keepsOwners)
  }

  fileprivate func archive(
    _ container: String,
    _ resources: [ContainerResource],
    _ followsLinks: Bool,
    _ attributes: ResourceAttributes = ResourceAttributes()
  ) async throws -> ResourceArchive {
    ResourceArchive(
      client: try await engine(),
      container: container,
      resources: resources,
      followsLinks: followsLinks,
      attributes: attributes
    )
  }
}

extension ContainerResource {
  /// Something that goes where others have a folder, under its own name.
  fileprivate init(_ path: String, contentsOnly: Bool) {
    // The root has none, and `folder/.` does without.
    let parts = TarEntry.parts(of: Array(path.utf8)).suffix(path.hasSuffix("/.") ? 0 : 1)
    self.init(path: path, place: Array(parts), contentsOnly: contentsOnly)
  }
}

/// Which files and folders of a container are wanted, and where they go.
public struct ResourceSelection: Sendable {
  /// Their paths in the container.
  public var paths: [String]
  /// Where they go, by their paths: `["/data1": "d1"]`.
  ///
  /// Those that aren't named go to the folder under `*`, by their names, or if there is none to the
  /// path that they have in the container.
  public var destinations: [String: String]
  /// Whether a link at the end of a path stands for what it leads to.
  public var followsLinks: Bool
  /// Whose they are to be, and who may use them.
  public var attributes: ResourceAttributes

  /// These files and folders.
  public init(
    _ paths: [String],
    destinations: [String: String] = [:],
    followsLinks: Bool = false,
    attributes: ResourceAttributes = ResourceAttributes()
  ) {
    self.paths = paths
    self.destinations = destinations
    self.followsLinks = followsLinks
    self.attributes = attributes
  }

  fileprivate func resources() throws -> [ContainerResource] {
    var taken: [[[UInt8]]: String] = [:]
    return try paths.map { path in
      let place = TarEntry(.file, path: destination(of: path).utf8, mode: 0).pathParts
      guard !place.isEmpty, !place.contains(Array("..".utf8)) else {
        throw DockerError.invalidArgument("'\(destination(of: path))' is no place for \(path)")
      }
      if let other = taken.updateValue(path, forKey: place) {
        throw DockerError.invalidArgument(
          "\(other) and \(path) would both go to '\(destination(of: path))'"
        )
      }
      return ContainerResource(path: path, place: place)
    }
  }

  private func destination(of path: String) -> String {
    if let own = destinations[path] { return own }
    guard let common = destinations["*"] else { return path }
    let name = path.split(separator: "/").last { $0 != "." } ?? ""
    return "\(common)/\(name)"
  }
}

extension DockerAPI {
  /// Brings files and folders of a container to a folder of this machine.
  ///
  /// ```swift
  /// let data = ResourceSelection(["/data1", "/etc/app"], destinations: ["/data1": "d1"])
  /// try await docker.copyResources("web", data, to: "storage")  // storage/d1, storage/etc/app
  /// ```
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - selection: What is wanted, and where it goes.
  ///   - folder: The folder that it goes to, and never out of; it is made if it isn't there.
  ///   - keepsOwners: Whether users and groups are those in the container or of the selection, which
  ///     only root may do.
  /// - Returns: What was left out: devices.
  /// - Throws: A ``DockerError``, as ``copyOut(_:path:to:contentsOnly:followsLink:keepsOwners:)``.
  @discardableResult
  public func copyResources(
    _ container: String,
    _ selection: ResourceSelection,
    to folder: String,
    keepsOwners: Bool = false
  ) async throws -> [String] {
    report("receiving resources of \(container) and storing in \(folder)")
    return try await archive(container, selection)
      .extract(to: folder, keepsOwners: keepsOwners)
  }

  /// Brings files and folders of a container to a tar archive on this machine.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - selection: What is wanted, and where it stands in the archive.
  ///   - file: Where the archive goes; it is packed if its name says so.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path, `fileFailed` if
  ///   the archive can't be written.
  public func isolateAndGet(
    _ container: String,
    _ selection: ResourceSelection,
    to file: String
  ) async throws {
    report("receiving resources of \(container) and storing as \(file)")
    try await archive(container, selection)
      .upload.packed(by: .init(forFile: file)).save(to: file)
  }

  /// Makes an image of files and folders of a container, and of nothing else.
  ///
  /// They go from the engine and back to it through this machine, which keeps nothing of them.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - selection: What is wanted, and where it stands in the image.
  ///   - options: What the image is called, and what it runs.
  /// - Returns: The id of the image.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path.
  @discardableResult
  public func isolateToImage(
    _ container: String,
    _ selection: ResourceSelection,
    _ options: ImageImport
  ) async throws -> String {
    try await importImage(archive(container, selection).upload, options)
  }

  /// Brings an image to a tar archive on this machine, which an engine loads.
  ///
  /// - Parameters:
  ///   - image: Its name, which the archive keeps, without a tag all tags that the engine has of it;
  ///     or its id.
  ///   - file: Where the archive goes; it is packed if its name says so.
  /// - Throws: A ``DockerError``: `notFound` if it isn't there, `fileFailed` if the archive can't be
  ///   written.
  public func saveImage(_ image: String, to file: String) async throws {
    report("receiving tarball for image '\(image)' and storing as \(file)")
    let bytes = try await save(images: [image])
    try await DockerUpload(bytes).packed(by: .init(forFile: file)).save(to: file)
  }

  private func archive(
    _ container: String,
    _ selection: ResourceSelection
  ) async throws -> ResourceArchive {
    try await archive(
      container,
      selection.resources(),
      selection.followsLinks,
      selection.attributes
    )
  }
}

extension ResourceArchive {
  /// Unpacks all of it in a folder, and returns what was left out.
  fileprivate func extract(to folder: String, keepsOwners: Bool) async throws -> [String] {
    let pool = NIOThreadPool.singleton
    let extractor = try await pool.runIfActive {
      try FolderExtractor(folder, keepsOwners: keepsOwners)
    }
    try await read { event in
      try await pool.runIfActive {
        switch event {
        case .entry(let entry): try extractor.begin(entry)
        case .data(let bytes): try extractor.write(bytes)
        case .endOfEntry: try extractor.end()
        }
      }
    }
    return try await pool.runIfActive {
      try extractor.finish()
      return extractor.skipped
    }
  }
}
