class Item(val label: String) {
    fun show() {
        println(label)
    }

    fun hide() {
        println()
    }

    fun size(): Int {
        return label.length
    }

    fun getPrice(): Int {
        return 2
    }
}
