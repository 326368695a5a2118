import Testing

@testable import Swab

@Suite("What a shell is told of tunnels")
struct TunnelBoardTests {
  @Test("one host is DOCKER_HOST")
  func single() {
    let board = TunnelBoard(["h1"])
    #expect(
      board.open("h1", "tcp://127.0.0.1:2224") == "export DOCKER_HOST=tcp://127.0.0.1:2224"
    )
    #expect(
      board.settle("h1") == [
        "# or a context, and then: docker --context swab-h1 ps",
        "# docker context create swab-h1 --docker host=tcp://127.0.0.1:2224",
      ]
    )
  }

  @Test("several have a variable each, said at once, and comments once all are settled")
  func several() {
    let board = TunnelBoard(["deploy@web-1:22", "h2", "h3"])
    let third = board.open("h3", "tcp://127.0.0.1:2225")
    #expect(third == "export DOCKER_HOST_H3=tcp://127.0.0.1:2225")
    #expect(board.settle("h3") == nil)
    // It has none.
    #expect(board.settle("h2") == nil)
    let first = board.open("deploy@web-1:22", "tcp://127.0.0.1:2224")
    #expect(first == "export DOCKER_HOST_DEPLOY_WEB_1_22=tcp://127.0.0.1:2224")
    #expect(
      board.settle("deploy@web-1:22") == [
        "# deploy@web-1:22  tcp://127.0.0.1:2224",
        "# h3               tcp://127.0.0.1:2225",
        "# for one command: DOCKER_HOST=$DOCKER_HOST_DEPLOY_WEB_1_22 docker ps",
        "# or a context, and then: docker --context swab-deploy-web-1-22 ps",
        "# docker context create swab-deploy-web-1-22 --docker host=tcp://127.0.0.1:2224",
        "# docker context create swab-h3 --docker host=tcp://127.0.0.1:2225",
      ]
    )
    #expect(TunnelBoard(["h1"]).settle("h1") == nil)
  }

  @Test("no two hosts share a variable")
  func variables() {
    let names = TunnelBoard.variables(for: ["web-1", "web_1", "web.1", "ü"])
    #expect(
      names == [
        "web-1": "DOCKER_HOST_WEB_1", "web_1": "DOCKER_HOST_WEB_1_2",
        "web.1": "DOCKER_HOST_WEB_1_3",
        "ü": "DOCKER_HOST__",
      ]
    )
  }
}
