impl Pot {
    fn open(&self) -> u8 {
        1
    }

    fn shut(&self) -> u8 {
        2
    }

    fn size(&self) -> u8 {
        4
    }
}
