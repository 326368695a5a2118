import Testing

@testable import Swab

@Suite("Addresses of network interfaces")
struct InterfaceAddressTests {
  @Test(
    "they are read from what ip and both ages of ifconfig print",
    arguments: [
      """
      3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever
      3: docker0    inet6 fe80::42:1/64 scope link \\       valid_lft forever preferred_lft forever
      """,
      """
      docker0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
              inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255
              inet6 fe80::42:1  prefixlen 64  scopeid 0x20<link>
      """,
      """
      docker0   Link encap:Ethernet  HWaddr 02:42:00:00:00:01
                inet addr:172.17.0.1  Bcast:172.17.255.255  Mask:255.255.0.0
                inet6 addr: fe80::42:1/64 Scope:Link
      """,
    ]
  )
  func reading(_ output: String) {
    let addresses = InterfaceAddress.addresses(in: output)
    #expect(addresses.map(\.text) == ["172.17.0.1", "fe80::42:1"])
    #expect(addresses.map(\.isIPv6) == [false, true])
    #expect(addresses.map(\.isLinkLocal) == [false, true])
  }

  @Test(
    "IPv6 addresses are expanded to eight groups of four digits",
    arguments: [
      ("fe80::1", "fe80:0000:0000:0000:0000:0000:0000:0001"),
      ("::1", "0000:0000:0000:0000:0000:0000:0000:0001"),
      ("::", "0000:0000:0000:0000:0000:0000:0000:0000"),
      ("2001:db8::", "2001:0db8:0000:0000:0000:0000:0000:0000"),
      ("1:2:3:4:5:6:7:8", "0001:0002:0003:0004:0005:0006:0007:0008"),
      ("1::3:4:5:6:7:8", "0001:0000:0003:0004:0005:0006:0007:0008"), ("10.0.0.1", "10.0.0.1"),
    ]
  )
  func expanding(_ text: String, _ expanded: String) {
    #expect(InterfaceAddress(text: text).expanded == expanded)
  }
}
