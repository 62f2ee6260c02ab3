fn open() {
    first();
}

fn close() {
    last();
}
