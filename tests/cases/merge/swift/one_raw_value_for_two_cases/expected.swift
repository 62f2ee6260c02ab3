enum E: Int {
    case Start = 1
<<<<<<< ours
    case Skip = 4
    case Stop = 2
    case Pause = 3
=======
    case Stop = 2
    case Pause = 3
    case Seek = 4
>>>>>>> theirs
}
