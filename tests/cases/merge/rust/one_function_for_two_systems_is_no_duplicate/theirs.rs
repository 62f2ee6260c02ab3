fn open() {
    first();
}

#[cfg(windows)]
fn size() {
    two();
}
