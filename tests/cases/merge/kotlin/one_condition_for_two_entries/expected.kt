fun f(x: Int) = when (x) {
    1 -> "one"
<<<<<<< ours
    4 -> "x"
    2 -> "two"
    3 -> "three"
=======
    2 -> "two"
    3 -> "three"
    4 -> "y"
>>>>>>> theirs
    else -> ""
}
