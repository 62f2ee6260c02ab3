impl Pot {
    fn open(&self) {}
    fn size(&self) -> u8 { 1 }
}

impl Pot {
    fn shut(&self) {}
}
