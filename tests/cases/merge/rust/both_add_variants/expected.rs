#[derive(Debug)]
enum Pot {
    Red,
    Blue,
    Green(u8),
}
