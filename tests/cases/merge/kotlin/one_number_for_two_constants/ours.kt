object Codes {
    const val Start = 1
    const val Skip = 4
    const val Stop = 2
    const val Pause = 3
}
