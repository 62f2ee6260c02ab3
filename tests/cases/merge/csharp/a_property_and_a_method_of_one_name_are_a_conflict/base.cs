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
    }
}
