import Testing

@testable import SwabDocker

#if !TLS
  @Suite("A build without TLS")
  struct TLSAbsenceTests {
    @Test("says so where TLS is asked for, and how to get it", arguments: ["https://h", "tcp://h"])
    func absence(_ url: String) throws {
      let error = #expect(throws: DockerError.self) {
        try DockerClient(baseURL: url, tls: url.hasPrefix("tcp") ? DockerTLS() : nil)
      }
      #expect(error?.code == .unsupportedAddress)
      #expect(error?.message == "this build speaks no TLS")
      #expect(error?.hint?.contains("trait TLS") == true)
      #expect(try DockerClient(baseURL: "tcp://h").baseURL == "tcp://h:2375")
    }
  }
#endif
