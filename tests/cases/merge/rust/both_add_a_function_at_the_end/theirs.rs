fn open() -> u8 {
    1
}

#[inline]
fn reset() -> u8 {
    3
}
