package shop;

enum State {
    OPEN,
    PAID;

    boolean done() {
        return this == PAID;
    }

    boolean open() {
        return !done();
    }

    String label() {
        return name().toLowerCase();
    }
}
