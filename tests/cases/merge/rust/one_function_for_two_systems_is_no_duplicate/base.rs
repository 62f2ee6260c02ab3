fn open() {
    first();
}
