struct Pot {
    name: String,
    #[allow(unused)]
    colour: String,
}
