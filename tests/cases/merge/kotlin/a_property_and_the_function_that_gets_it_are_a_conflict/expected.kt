class Item(val label: String) {
    fun show() {
        println(label)
    }

<<<<<<< ours
    val price: Int
        get() = 1
=======
    fun getPrice(): Int {
        return 2
    }
>>>>>>> theirs

    fun hide() {
        println()
    }

    fun size(): Int {
        return label.length
    }
}
