impl Pot {
    fn open(&self) -> u8 {
        1
    }
}
