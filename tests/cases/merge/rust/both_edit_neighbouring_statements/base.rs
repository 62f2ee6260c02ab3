fn open() -> u8 {
    let a = first(1);
    let b = second(2);
    a + b
}
