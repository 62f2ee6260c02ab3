package shop;

import java.util.List;
import java.util.Map;

/** What a customer wants to buy. */
public class Basket {
    private static final int LIMIT = 100;
    private int count;

    public Basket() {
        this.count = 0;
    }

    public void add(Item item, int amount) {
        check(item);
        count += amount;
    }

<<<<<<< ours
=======
    public int size() {
        return Math.max(count, 0);
    }
>>>>>>> theirs

}
