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

    public void add(List<Item> items) {
        items.forEach(item -> add(item, 1));
    }

    public int size() {
        return count;
    }
}
