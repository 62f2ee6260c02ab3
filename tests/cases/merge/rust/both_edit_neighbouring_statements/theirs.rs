fn open() -> u8 {
    let a = first(1);
    let b = second(20);
    a + b
}
