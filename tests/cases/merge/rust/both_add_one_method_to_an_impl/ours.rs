impl Pot {
    fn size(&self) -> u8 {
        3
    }

    fn open(&self) -> u8 {
        1
    }

    fn shut(&self) -> u8 {
        2
    }
}
