#[derive(Debug, Hash)]
struct Pot;
