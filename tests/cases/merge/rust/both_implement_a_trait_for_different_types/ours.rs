struct Pot;

impl From<u8> for Pot {
    fn from(one: u8) -> Self {
        Pot
    }
}
