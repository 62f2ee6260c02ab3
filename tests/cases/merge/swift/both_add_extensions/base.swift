import Foundation

enum State: Int {
  case open
  case paid
}

struct Basket: Codable {
  let owner: String
  var count = 0

  var isEmpty: Bool {
    return count == 0
  }

  mutating func add(_ item: Item, amount: Int = 1) {
    check(item)
    count += amount
  }
}

extension Basket: Equatable {
  static func == (left: Basket, right: Basket) -> Bool {
    return left.count == right.count
  }
}
