import NIOCore
import NIOHTTP1

/// Sends a piece of a request's body, and returns when it has gone out.
typealias BodyWriter = @Sendable (ByteBuffer) async throws -> Void

/// Gives the body of a request, piece by piece.
///
/// What it throws is the error of the call. When the engine wants no more, the writer throws, and so
/// should it.
typealias BodyProducer = @Sendable (_ write: BodyWriter) async throws -> Void

/// What goes out to the engine.
struct HTTPRequest: Sendable {
  var method: HTTPMethod
  /// Path and query, with base path and API version.
  var uri: String
  var headers: HTTPHeaders
  var body: ByteBuffer?
  /// Gives the body piece by piece, where it isn't there as a whole.
  var upload: BodyProducer?
  /// Whether the connection is to be taken over: after the reply's head it carries whatever the two
  /// sides send.
  var isHijack = false

  /// Whether sending it twice does no more than sending it once.
  var isRepeatable: Bool {
    method == .GET || method == .HEAD
  }
}

/// What came back; the body of a stream is not in it.
struct HTTPReply: Sendable {
  var head: HTTPResponseHead
  var body: ByteBuffer

  var status: Int { Int(head.status.code) }
}

/// What failed beneath the Docker API.
enum HTTPFailure: Error {
  case cannotConnect(any Error)
  case refusedPeer(any Error)
  case tls(TLSFailure)
  /// The other side, or what carries the connection there, ended it during the TLS handshake.
  case handshakeLost(cause: (any Error)?, localPort: Int?)
  /// The port is the near end's, where the connection was one of TCP.
  case connectionLost(String, cause: (any Error)?, localPort: Int?)
  /// What carried the connection to the engine has said why it was cut.
  case connectionCut(any Error)
  case timeout
  /// The other side has taken nothing of what is sent for as long as a call may take.
  case stalled
  case replyTooLarge(limit: Int)
  case closed
}

extension HTTPFailure {
  /// The port of the near end of a connection that was lost, where it was one of TCP.
  var localPort: Int? {
    switch self {
    case .connectionLost(_, _, let port), .handshakeLost(_, let port): port
    default: nil
    }
  }

  /// Where a connection that was taken over can't be written to any more.
  static let inputRefused = HTTPFailure.connectionLost(
    "the process takes no more input",
    cause: nil,
    localPort: nil
  )
}
