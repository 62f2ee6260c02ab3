impl Pot {
    fn open(&self) -> u8 {
        1
    }

    fn close(&self) -> u8 {
        2
    }

    fn reset(&self) -> u8 {
        3
    }
}
