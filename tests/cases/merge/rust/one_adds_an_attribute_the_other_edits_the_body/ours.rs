#[test]
#[ignore]
fn open() {
    first();
}
