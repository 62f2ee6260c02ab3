enum E {
    Start(1, "x"),
    Skip(4, "x"),
    Stop(2, "x"),
    Pause(3, "x"),
    Seek(5, "x"),
    ;
    E(int code, String s) {}
}
