#[derive(Debug, Clone, Hash)]
struct Pot;
