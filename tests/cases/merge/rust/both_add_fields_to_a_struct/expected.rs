struct Pot {
    name: String,
    /// In litres.
    size: u8,
    #[allow(unused)]
    colour: String,
}
