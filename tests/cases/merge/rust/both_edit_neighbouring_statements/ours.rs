fn open() -> u8 {
    let a = first(10);
    let b = second(2);
    a + b
}
