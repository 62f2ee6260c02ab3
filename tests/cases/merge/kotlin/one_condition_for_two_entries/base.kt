fun f(x: Int) = when (x) {
    1 -> "one"
    2 -> "two"
    3 -> "three"
    else -> ""
}
