#[derive(Debug, PartialOrd)]
enum Pot {
    Red,
}
