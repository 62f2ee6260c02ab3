pub fn open(a: u8) -> u16 {
    let b = a;
    second(b)
}
