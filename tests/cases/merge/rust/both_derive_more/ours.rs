#[derive(Debug, Clone)]
struct Pot;
