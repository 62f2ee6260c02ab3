struct Pot;

impl From<u16> for Pot {
    fn from(one: u16) -> Self {
        Pot
    }
}
