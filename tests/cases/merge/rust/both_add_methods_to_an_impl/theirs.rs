impl Pot {
    fn open(&self) -> u8 {
        1
    }

    fn reset(&self) -> u8 {
        3
    }
}
