#[derive(Debug)]
enum Pot {
    Red,
    Blue,
}
