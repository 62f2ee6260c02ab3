fn open() -> u8 {
    1
}

fn shut() -> u8 {
    2
}

fn size() -> u16 {
    4
}
