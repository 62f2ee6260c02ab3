package shop;

enum State {
    OPEN,
    PAID;

    boolean done() {
        return this == PAID;
    }

    String label() {
        return name().toLowerCase();
    }
}
