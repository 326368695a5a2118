import Testing

@testable import SwabDocker

@Suite("Saved layers")
struct SavedLayersTests {
  /// What engine 20.10 has saved of an image, lowest layer first.
  private static let layers = [
    "sha256:378245d9fb8e3d3fc560b32bfc761b920c0c1127a0aab4deaf5e7c3365359b24",
    "sha256:92536bebd5c7d91c4982844fc89d2220c7fae1bddf6faec2cbd69af208417eff",
    "sha256:030a0f73edaaae2545eba677abfc0992ea602440939fa374276288c8118c348e",
    "sha256:9cd2b7fe5fb89adbdbd7988b7e803057e70f8c9dd2d94f36b053f7e633413f25",
  ]
  private static let folders = [
    "d5939029fa42cfc3efaec7ebcf4ff22db226fa79b564765fe9b2a3ab2dc212a5",
    "49c1a1412839665d4d878a3603abd561525218c2336198827cbddb09e3dfd052",
    "396787247055fa94061fe96475e8d1da8e61f5e452fa1532acab86574037bca7",
    "4fed10f8ab62314bbfe96ffe4ab0f829fea31602782bece68d19c1ef48aa16d7",
  ]
  private static let empty =
    #""container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"#
    + #""AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"#
    + #""Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"#
    + #""OnBuild":null,"Labels":null}"#
  private static let uppermost = #"""
    {"id":"4fed10f8ab62314bbfe96ffe4ab0f829fea31602782bece68d19c1ef48aa16d7","parent":"396787247055fa94061fe96475e8d1da8e61f5e452fa1532acab86574037bca7","created":"2026-11-25T22:24:14.376664336Z","container":"996f77e882519143b6398e18060c921c3d6b47977ee78e647d5033c8e24f1151","container_config":{"Hostname":"996f77e88251","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["PATH=/bin","A=b"],"Cmd":["/bin/sh","-c","#(nop) ","CMD [\"sh\"]"],"Image":"sha256:2fcf1cf1e258e432852c9993df10ac37d47d76ae1a011604df0c95238747eb2d","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{}},"docker_version":"20.10.24+dfsg1","config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["PATH=/bin","A=b"],"Cmd":["sh"],"Image":"sha256:2fcf1cf1e258e432852c9993df10ac37d47d76ae1a011604df0c95238747eb2d","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"architecture":"amd64","os":"linux"}
    """#

  private static func description(_ index: Int) -> [UInt8] {
    if index == 3 { return Array(uppermost.utf8) }
    let parent = index > 0 ? #""parent":"\#(folders[index - 1])","# : ""
    return Array(
      (#"{"id":"\#(folders[index])",\#(parent)"created":"1970-01-01T00:00:00Z",\#(empty),"#
        + #""os":"linux"}"#).utf8
    )
  }

  private static func file(_ path: String) -> TarEntry {
    TarEntry(.file, path: Array(path.utf8), mode: 0o644)
  }

  @Test("are known by the digests that name their folders, in any order")
  func folders() {
    var saved = SavedLayers(Self.layers)
    for index in [2, 1, 3, 0] {
      let layer = Self.file("\(Self.folders[index])/layer.tar")
      #expect(saved.index(of: layer) == nil)
      let json = Self.file("\(Self.folders[index])/json")
      #expect(SavedLayers.isDescription(json))
      saved.note(Self.description(index), of: json)
      #expect(saved.index(of: layer) == index)
    }
  }

  @Test("are known by the names of their files")
  func blobs() {
    let saved = SavedLayers(Self.layers)
    for (index, layer) in Self.layers.enumerated() {
      #expect(saved.index(of: Self.file("blobs/sha256/\(layer.dropFirst(7))")) == index)
    }
  }

  @Test(
    "are unknown where anything is not as it should be",
    arguments: [
      "", "{", "[]", "null", "{}", #"{"id":1}"#, #"{"parent":7}"#, #"{"parent":""}"#,
    ]
  )
  func unknown(_ text: String) {
    var saved = SavedLayers(Self.layers)
    for name in [Self.folders[0], "", "x"] {
      saved.note(Array(text.utf8), of: Self.file("\(name)/json"))
      #expect(saved.index(of: Self.file("\(name)/layer.tar")) == nil)
    }
  }

  @Test("that others may link to are for everybody")
  func twice() {
    let saved = SavedLayers([Self.layers[0], Self.layers[1], Self.layers[0]])
    #expect(saved.index(of: Self.file("blobs/sha256/\(Self.layers[0].dropFirst(7))")) == nil)
    #expect(saved.index(of: Self.file("blobs/sha256/\(Self.layers[1].dropFirst(7))")) == 1)
    var link = Self.file("blobs/sha256/\(Self.layers[1].dropFirst(7))")
    link.kind = .link
    #expect(saved.index(of: link) == nil)
  }

  @Test(
    "other files are none",
    arguments: [
      "manifest.json", "repositories", "index.json", "oci-layout", "blobs/sha256/abc",
      "blobs/sha512/378245d9fb8e3d3fc560b32bfc761b920c0c1127a0aab4deaf5e7c3365359b24",
      "378245d9fb8e3d3fc560b32bfc761b920c0c1127a0aab4deaf5e7c3365359b24/layer.tar",
    ]
  )
  func others(_ path: String) {
    #expect(SavedLayers(Self.layers).index(of: Self.file(path)) == nil)
  }
}
