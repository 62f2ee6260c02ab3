enum C {
    static let Start = 1
<<<<<<< ours
    static let Skip = 4
    static let Stop = 2
    static let Pause = 3
=======
    static let Stop = 2
    static let Pause = 3
    static let Seek = 4
>>>>>>> theirs
}
