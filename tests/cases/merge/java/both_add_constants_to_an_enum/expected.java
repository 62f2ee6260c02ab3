package shop;

enum State {
    OPEN,
    PAID,
<<<<<<< ours
    SENT;
=======
    LOST;
>>>>>>> theirs

    boolean done() {
        return this == PAID;
    }
}
