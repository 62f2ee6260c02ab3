package shop;

enum State {
    OPEN,
    PAID,
    SENT;

    boolean done() {
        return this == PAID;
    }
}
