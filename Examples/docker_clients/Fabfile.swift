import Swab

let fabfile = Fabfile {
  task("compare", "Images that staging has and production lacks", compare)
}

/// Runs once, on no host: the clients know theirs.
func compare() async throws {
  let staging = try await imageNames("staging")
  let production = try await imageNames("production")
  for name in staging.subtracting(production).sorted() {
    puts("only in staging: \(name)")
  }
}

func imageNames(_ client: String) async throws -> Set<String> {
  let images = try await dockerClients[client].client().images()
  return Set(images.flatMap(\.repoTags))
}
