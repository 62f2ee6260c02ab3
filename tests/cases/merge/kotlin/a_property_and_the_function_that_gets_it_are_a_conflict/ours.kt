class Item(val label: String) {
    fun show() {
        println(label)
    }

    val price: Int
        get() = 1

    fun hide() {
        println()
    }

    fun size(): Int {
        return label.length
    }
}
