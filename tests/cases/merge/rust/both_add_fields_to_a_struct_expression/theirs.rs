fn open() -> Pot {
    Pot {
        name: 1,
        colour: 3,
    }
}
