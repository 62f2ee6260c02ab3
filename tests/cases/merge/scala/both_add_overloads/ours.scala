package shop

import java.time.Instant
import shop.items.{Item, Price => Cost}

object Limits {
  val Max = 100
}

class Basket(owner: String) extends Logs {
  private var count = 0

  def add(item: Item, amount: Int = 1): Unit = {
    check(item)
    count += amount
  }

  def add(name: String): Unit = {
    add(Item(name))
  }

  def size: Int = count
}
