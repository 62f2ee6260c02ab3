#[test]
fn open() {
    first();
}
