fn open() -> u8 {
    first(1)
}
