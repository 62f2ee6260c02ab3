fn open() -> u8 {
    1
}

/// Ends it.
fn close() -> u8 {
    2
}
