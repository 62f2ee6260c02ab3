class C {
    public static final int Start = 1;
    public static final int Stop = 2;
    public static final int Pause = 3;
}
