#[derive(Debug)]
enum Pot {
    Red,
    Green(u8),
}
