enum C {
    static let Start = 1
    static let Stop = 2
    static let Pause = 3
}
