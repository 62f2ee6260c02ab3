enum E: Int {
    case Start = 1
    case Skip = 4
    case Stop = 2
    case Pause = 3
}
