enum E: Int {
    case Start = 1
    case Stop = 2
    case Pause = 3
    case Seek = 4
}
