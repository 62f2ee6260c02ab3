fn open() -> u8 {
    1
}

fn shut() -> u8 {
    2
}
