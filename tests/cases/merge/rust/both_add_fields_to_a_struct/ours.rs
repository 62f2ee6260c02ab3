struct Pot {
    name: String,
    /// In litres.
    size: u8,
}
