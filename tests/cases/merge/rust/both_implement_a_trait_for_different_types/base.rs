struct Pot;
