#[cfg(unix)]
fn size() {
    one();
}

fn open() {
    first();
}

#[cfg(windows)]
fn size() {
    two();
}
