fn open() -> u8 {
    first(20)
}
