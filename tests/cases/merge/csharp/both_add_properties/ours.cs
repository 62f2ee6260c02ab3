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

        public string Label { get; set; }

        public void Add(Item item, int amount)
        {
            Check(item);
            Count += amount;
        }

        public bool IsEmpty() => Count == 0;
    }
}
