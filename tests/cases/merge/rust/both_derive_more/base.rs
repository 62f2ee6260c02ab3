#[derive(Debug)]
struct Pot;
