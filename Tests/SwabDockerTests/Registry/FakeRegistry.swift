import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import SwabTestSupport
import Synchronization

/// A registry that answers an engine as a test says: for those that are busy or broken, and for those
/// that must not be told a password.
final class FakeRegistry: Sendable {
  struct Request: Sendable {
    var method: HTTPMethod
    var path: String
    var headers: HTTPHeaders
  }

  struct Answer: Sendable {
    var status: HTTPResponseStatus = .ok
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []
  }

  enum Reply: Sendable {
    case answer(Answer)
    /// So many bytes of the body, and the end of the connection.
    case broken(Answer, after: Int)
    /// So many bytes of the body, and no more but what `trickle` sends.
    case stuck(Answer, after: Int)
    /// Nothing at all.
    case silence
    /// Nothing but the end of the connection.
    case hangUp

    /// What a registry says of a tag that it hasn't got.
    static let unknown = error(.notFound, "MANIFEST_UNKNOWN", "manifest unknown")

    var isIncomplete: Bool {
      switch self {
      case .stuck, .silence: true
      case .answer, .broken, .hangUp: false
      }
    }

    static func error(_ status: HTTPResponseStatus, _ code: String, _ message: String) -> Reply {
      let text = #"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#
      let headers: HTTPHeaders = ["Content-Type": "application/json"]
      return .answer(Answer(status: status, headers: headers, body: Array(text.utf8)))
    }
  }

  private final class Journal: Sendable {
    let requests = Mutex([Request]())
    let waiting = Mutex(0)
    let channels = Mutex([any Channel]())
    let stuck = Mutex([any Channel]())
  }

  /// How names of images call it.
  let name: String
  private let journal: Journal
  private let server: any Channel

  var requests: [Request] { journal.requests.withLock { $0 } }
  /// The number of connections that an engine keeps open for the rest of an answer.
  var waiting: Int { journal.waiting.withLock { $0 } }

  /// Listens where the engine is, and answers each request as the closure says.
  init(
    beside engine: DockerEngine,
    _ answer: @escaping @Sendable (Request) throws -> Reply
  ) async throws {
    let (socket, port) = try await engine.listen()
    let journal = Journal()
    server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        journal.channels.withLock { $0.append(channel) }
        // Engines try TLS first, and are told that this is none.
        return channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          .flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(
              FakeRegistryHandler { request in
                journal.requests.withLock { $0.append(request) }
                let reply = (try? answer(request)) ?? .unknown
                if reply.isIncomplete {
                  journal.waiting.withLock { $0 += 1 }
                  channel.closeFuture.whenComplete { _ in journal.waiting.withLock { $0 -= 1 } }
                }
                if case .stuck = reply { journal.stuck.withLock { $0.append(channel) } }
                return reply
              }
            )
          }
      }
      .withBoundSocket(socket).get()
    name = "127.0.0.1:\(port)"
    self.journal = journal
  }

  /// Sends one more byte of each answer that is stuck, right or wrong.
  func trickle() {
    let byte = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: [0])))
    for channel in journal.stuck.withLock({ $0 }) { channel.writeAndFlush(byte, promise: nil) }
  }

  func stop() async throws {
    try await server.close()
    // Engines have some patience.
    for channel in journal.channels.withLock({ $0 }) { channel.close(promise: nil) }
  }

  /// Answers as the registry whose files these are would, if it asked nobody who he is.
  static func files(of registry: DockerRegistry) -> @Sendable (Request) throws -> Reply {
    { request in
      let parts = request.path.split(separator: "/").map(String.init)
      guard parts.count > 1 else { return .answer(Answer()) }
      let root = registry.folder.path("data/docker/registry/v2")
      var (kind, digest) = (parts[parts.count - 2], parts[parts.count - 1])
      if kind == "manifests", !digest.hasPrefix("sha256:") {
        let name = parts[1..<(parts.count - 2)].joined(separator: "/")
        let link = "\(root)/repositories/\(name)/_manifests/tags/\(digest)/current/link"
        digest = try String(contentsOfFile: link, encoding: .utf8)
      }
      let hash = digest.dropFirst("sha256:".count)
      let file = "\(root)/blobs/sha256/\(hash.prefix(2))/\(hash)/data"
      kind = kind == "manifests" ? "vnd.docker.distribution.manifest.v2+json" : "octet-stream"
      return .answer(
        Answer(
          headers: ["Content-Type": "application/\(kind)", "Docker-Content-Digest": digest],
          body: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        )
      )
    }
  }
}

private final class FakeRegistryHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: @Sendable (FakeRegistry.Request) -> FakeRegistry.Reply
  private var head: HTTPRequestHead?

  init(_ answer: @escaping @Sendable (FakeRegistry.Request) -> FakeRegistry.Reply) {
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      let path = String(head.uri.prefix { $0 != "?" })
      let request = FakeRegistry.Request(method: head.method, path: path, headers: head.headers)
      switch answer(request) {
      case .answer(let answer):
        write(answer, to: head, upTo: .max, context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      case .broken(let answer, let limit):
        write(answer, to: head, upTo: limit, context)
        context.close(promise: nil)
      case .stuck(let answer, let limit): write(answer, to: head, upTo: limit, context)
      case .silence: break
      case .hangUp: context.close(promise: nil)
      }
    }
  }

  private func write(
    _ answer: FakeRegistry.Answer,
    to request: HTTPRequestHead,
    upTo limit: Int,
    _ context: ChannelHandlerContext
  ) {
    var headers = answer.headers
    headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.count))
    headers.add(name: "Docker-Distribution-Api-Version", value: "registry/2.0")
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      let body = ByteBuffer(bytes: answer.body.prefix(limit))
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.flush()
  }
}
