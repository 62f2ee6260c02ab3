fn open(a: u8) -> u8 {
    match a {
        1 => 2,
        _ => 3,
    }
}
