impl Pot {
    fn open(&self) {}
}

impl Pot {
    fn shut(&self) {}
}
