impl Pot {
    fn open(&self) {}
}

impl Pot {
    fn shut(&self) {}
    fn size(&self) -> u8 { 2 }
}
