#[must_use]
fn open() {
    first();
}
