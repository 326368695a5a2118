/// What a server said when it ended the connection on purpose.
struct ServerGoodbye: Error {
  let text: String
}
