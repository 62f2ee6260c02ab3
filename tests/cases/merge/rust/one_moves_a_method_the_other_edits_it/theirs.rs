impl Pot {
    fn open(&self) {
        second();
    }

    fn close(&self) {
        last();
    }

    fn reset(&self) {
        again();
    }
}
