fn open(a: u8) -> u8 {
    match a {
        1 => 20,
        2 => {
            first();
            3
        }
        _ => 4,
    }
}
