#[inline]
fn open() {
    first();
}
