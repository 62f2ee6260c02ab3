namespace Shop
{
    class Item
    {
        public string Name;

        public int Price { get; set; }

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
