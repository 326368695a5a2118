import Testing

/// What a test does to the engines of the test bed, which all tests share.
enum TestBedUse: Sendable {
  /// It counts on nobody making images, containers or volumes meanwhile.
  case counting
  /// It makes some, and removes them.
  case changing
  /// Both.
  case alone
}

/// Lets tests with the same use of the test bed run beside each other, and keeps the others waiting,
/// in the order in which they came.
private actor TestBedTraffic {
  static let shared = TestBedTraffic()

  private var use: TestBedUse?
  private var testCount = 0
  private var waiting: [(use: TestBedUse, entry: CheckedContinuation<Void, Never>)] = []

  func enter(_ wanted: TestBedUse) async {
    guard !waiting.isEmpty || !admit(wanted) else { return }
    await withCheckedContinuation { waiting.append((wanted, $0)) }
  }

  func leave() {
    testCount -= 1
    while let next = waiting.first, admit(next.use) { waiting.removeFirst().entry.resume() }
  }

  private func admit(_ wanted: TestBedUse) -> Bool {
    guard testCount == 0 || use == wanted && wanted != .alone else { return false }
    use = wanted
    testCount += 1
    return true
  }
}

/// Has a test, or each test of a suite, wait until it may use the test bed as it does.
struct TestBedTrait: TestTrait, SuiteTrait, TestScoping {
  let use: TestBedUse

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    await TestBedTraffic.shared.enter(use)
    let result: Result<Void, any Error>
    do {
      result = .success(try await function())
    } catch {
      result = .failure(error)
    }
    await TestBedTraffic.shared.leave()
    try result.get()
  }
}

extension Trait where Self == TestBedTrait {
  /// The test waits until the test bed can be used in this way.
  static func testBed(_ use: TestBedUse) -> Self { TestBedTrait(use: use) }
}
