class C
{
    int F(int x)
    {
        switch (x)
        {
            case 1:
                return one;
            case 2:
                return two;
            case 3:
                return three;
            case 4:
                return y;
        }
    }
}
