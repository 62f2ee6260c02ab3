fn open() {
    first();
    second();
}
