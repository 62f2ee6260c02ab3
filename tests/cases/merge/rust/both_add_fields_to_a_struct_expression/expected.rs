fn open() -> Pot {
    Pot {
        name: 1,
        size: 2,
        colour: 3,
    }
}
