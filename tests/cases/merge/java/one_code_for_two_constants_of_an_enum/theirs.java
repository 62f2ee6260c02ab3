enum E {
    Start(1, "x"),
    Stop(2, "x"),
    Pause(3, "x"),
    Seek(4, "x"),
    ;
    E(int code, String s) {}
}
