namespace Shop
{
    class Item
    {
        public string Name;

<<<<<<< ours
        public int Price { get; set; }
=======
        public int Price(int tax)
        {
            return tax;
        }
>>>>>>> theirs

        public void Show()
        {
            Print(Name);
        }

        public void Hide()
        {
            Name = null;
        }
    }
}
