pub fn open(a: u8) -> u8 {
    let b = a;
    second(b)
}
