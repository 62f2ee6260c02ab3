impl Pot {
    fn close(&self) {
        last();
    }

    fn reset(&self) {
        again();
    }

    fn open(&self) {
        first();
    }
}
