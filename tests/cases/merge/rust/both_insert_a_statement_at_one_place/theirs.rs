fn open() {
    first();
    third();
}
