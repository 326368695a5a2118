// The twenty calls that are needed most, one after the other (docs/DockerClient.md).
//
//   docker_client unix:///var/run/docker.sock 127.0.0.1:5000
//
// The engine needs an image busybox:local; the registry one to push to, without accounts. All that is
// made here is called swab-tour, and removed at the end.

import Foundation
import SwabDocker

func step(_ title: String) {
  print("\n==> \(title)")
}

guard CommandLine.arguments.count == 3 else {
  print("usage: docker_client BASE-URL REGISTRY")
  exit(2)
}
let docker = try DockerClient(baseURL: CommandLine.arguments[1])
let registry = CommandLine.arguments[2]

step("1 version")
let version = try await docker.version()
print("Docker Engine \(version.version), API \(try await docker.apiVersion())")

step("2 info")
let info = try await docker.info()
print("\(info.containerCount) containers, \(info.imageCount) images, driver \(info.storageDriver)")

step("3 build")
var dockerfile = DockerFile("busybox:local")
try dockerfile.run("echo made by swab >/note")
dockerfile.command = ["sh", "-c", "cat /note; exec sleep 1000"]
let imageID = try await docker.buildFromFile(dockerfile, tag: "swab-tour:1") ?? "none"
print("built \(imageID.prefix(19))")

step("4 images")
for image in try await docker.images(name: "swab-tour") {
  print(image.repoTags, image.size, "bytes")
}

step("5 tag")
try await docker.tag("swab-tour:1", as: "\(registry)/swab-tour", tag: "1")

step("6 push")
let pushed = try await docker.push("\(registry)/swab-tour", tag: "1")
print("pushed \(pushed.name), \(pushed.digest.prefix(19))")

step("7 remove an image")
for removal in try await docker.removeImage("\(registry)/swab-tour:1") {
  print(removal.untagged.map { "untagged \($0)" } ?? "deleted \(removal.deleted ?? "")")
}

step("8 pull")
for try await message in try await docker.beginPull("\(registry)/swab-tour:1")
where message.total == nil {
  print(message.id ?? "-", message.status ?? "")
}

step("9 create a network and a volume")
let network = try await docker.createNetwork(NetworkSpec("swab-tour"))
let volume = try await docker.createVolume(VolumeSpec("swab-tour"))
print("network \(network.id.prefix(12)), volume \(volume.name)")

step("10 create and start a container")
var spec = ContainerSpec(image: "swab-tour:1")
spec.labels["tour"] = "yes"
spec.hostConfig.binds = [try BindMount(parsing: "swab-tour:/data")]
spec.hostConfig.memoryBytes = 64 << 20
let container = try await docker.createContainer(spec, name: "swab-tour")
try await docker.start("swab-tour")
print("container \(container.id.prefix(12))")

step("11 connect it to the network")
try await docker.connect("swab-tour", toNetwork: "swab-tour")

step("12 containers")
for container in try await docker.containers(filters: ["label": "tour=yes"]) {
  print(container.name ?? "", container.image, container.state)
}

step("13 inspect")
let details = try await docker.inspectContainer("swab-tour")
print(
  "running: \(details.state.isRunning)",
  "memory:",
  details.raw["HostConfig"]?["Memory"]?.int ?? 0
)

step("14 logs")
for try await line in try await docker.logs("swab-tour", tail: 10).lines {
  print(line.stream, line.text)
}

step("15 exec")
let result = try await docker.exec(
  "swab-tour",
  ["sh", "-c", "wc -c; echo oops >&2; exit 3"],
  input: DockerUpload(Array("hello".utf8))
)
print("status \(result.exitCode), stdout \(result.output), stderr \(result.errorOutput)")

step("16 copy a file into it, and out of it")
var files = try DockerContext(compression: .none)
try files.add(contents: Array("a b c\n".utf8), as: "greeting")
files.finalize()
try await docker.putArchive("swab-tour", path: "/data", files.upload)
let stat = try await docker.stat("swab-tour", path: "/data/greeting")
print(stat.name, stat.size, String(stat.permissions, radix: 8))
try await docker.copyResource("swab-tour", path: "/data/greeting", to: "swab-tour.tar")

step("17 stats")
let stats = try await docker.stats("swab-tour")
print("\(stats.processCount ?? 0) processes, limit \((stats.memoryLimit ?? 0) >> 20) MiB")

step("18 events")
let events = try await docker.events(filters: ["container": "swab-tour", "event": ["kill", "die"]])
try await docker.kill("swab-tour")
for try await event in events {
  print(event.action, event.name ?? "", event.exitCode.map { "status \($0)" } ?? "")
  if event.action == "die" { break }
}

step("19 save and load")
let loaded = try await docker.load(DockerUpload(docker.save(images: ["swab-tour:1"])))
print("loaded", loaded.names)

step("20 clean up, and an error")
try await docker.removeContainer("swab-tour", force: true, volumes: true)
try await docker.removeNetwork("swab-tour")
try await docker.removeVolume("swab-tour")
for name in ["swab-tour:1", "\(registry)/swab-tour:1"] { try await docker.removeImage(name) }
do {
  _ = try await docker.inspectContainer("swab-tour")
} catch let error as DockerError where error.isNotFound {
  print(error)
}
await docker.close()
