#[derive(Debug)]
enum Pot {
    Red,
}
