package shop;

enum State {
    OPEN,
    PAID,
    LOST;

    boolean done() {
        return this == PAID;
    }
}
