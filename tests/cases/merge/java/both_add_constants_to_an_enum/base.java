package shop;

enum State {
    OPEN,
    PAID;

    boolean done() {
        return this == PAID;
    }
}
