impl Pot {
    fn open(&self) {}
<<<<<<< ours
    fn size(&self) -> u8 { 1 }
}

impl Pot {
    fn shut(&self) {}
=======
}

impl Pot {
    fn shut(&self) {}
    fn size(&self) -> u8 { 2 }
>>>>>>> theirs
}
