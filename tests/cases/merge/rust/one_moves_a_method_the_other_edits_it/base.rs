impl Pot {
    fn open(&self) {
        first();
    }

    fn close(&self) {
        last();
    }

    fn reset(&self) {
        again();
    }
}
