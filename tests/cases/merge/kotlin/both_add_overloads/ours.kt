package shop

import java.time.Instant
import kotlin.math.max

const val LIMIT = 100

enum class State {
    OPEN,
    PAID,
}

class Basket(private val owner: String) {
    private var count = 0

    fun add(item: Item, amount: Int = 1) {
        check(item)
        count += amount
    }

    fun add(items: List<Item>) {
        items.forEach { add(it) }
    }

    fun size(): Int = count
}

fun String.quoted(): String {
    return "'$this'"
}
