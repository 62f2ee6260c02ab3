fn open() -> Pot {
    Pot {
        name: 1,
    }
}
