#[test]
fn open() {
    second();
}
