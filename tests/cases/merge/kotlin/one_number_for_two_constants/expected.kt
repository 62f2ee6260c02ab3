object Codes {
    const val Start = 1
<<<<<<< ours
    const val Skip = 4
    const val Stop = 2
    const val Pause = 3
=======
    const val Stop = 2
    const val Pause = 3
    const val Seek = 4
>>>>>>> theirs
}
