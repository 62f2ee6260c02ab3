fn open() {
    first();
}

