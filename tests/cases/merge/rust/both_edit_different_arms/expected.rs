fn open(a: u8) -> u8 {
    match a {
        1 => 20,
        2 => {
            second();
            3
        }
        _ => 4,
    }
}
