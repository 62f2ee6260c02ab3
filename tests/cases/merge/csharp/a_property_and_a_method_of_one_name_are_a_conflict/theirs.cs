namespace Shop
{
    class Item
    {
        public string Name;

        public void Show()
        {
            Print(Name);
        }

        public void Hide()
        {
            Name = null;
        }

        public int Price(int tax)
        {
            return tax;
        }
    }
}
