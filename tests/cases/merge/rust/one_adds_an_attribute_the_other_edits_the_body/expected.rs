#[test]
#[ignore]
fn open() {
    second();
}
