fn open() -> u8 {
<<<<<<< ours
    first(10)
=======
    first(20)
>>>>>>> theirs
}
