impl Pot {
<<<<<<< ours
    fn size(&self) -> u8 {
        3
    }
=======
    fn size(&self) -> u8 {
        4
    }
>>>>>>> theirs

    fn open(&self) -> u8 {
        1
    }

    fn shut(&self) -> u8 {
        2
    }
}
