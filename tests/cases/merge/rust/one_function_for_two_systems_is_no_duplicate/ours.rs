#[cfg(unix)]
fn size() {
    one();
}

fn open() {
    first();
}
