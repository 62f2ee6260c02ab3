fn open() {
    first();
}

fn close() {
    very();
}
