struct Pot {
    name: String,
}
