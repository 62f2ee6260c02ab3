fn size() -> u8 {
    3
}

fn open() -> u8 {
    1
}

fn shut() -> u8 {
    2
}
