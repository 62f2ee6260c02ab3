using System;
using System.Linq;

namespace Shop
{
    public enum State
    {
        Open,
        Paid,
    }

    public class Basket : IBasket
    {
        private const int Limit = 100;
        private readonly Log log = Log.Open();

        public int Count { get; private set; }

        public void Add(Item item, int amount)
        {
            Check(item);
            Count += amount;
        }

        public void Add(Item item)
        {
            Add(item, 1);
        }

        public void Add(params Item[] items)
        {
            items.ToList().ForEach(Add);
        }

        public bool IsEmpty() => Count == 0;
    }
}
