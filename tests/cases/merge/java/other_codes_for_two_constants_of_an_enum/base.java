enum E {
    Start(1, "x"),
    Stop(2, "x"),
    Pause(3, "x"),
    ;
    E(int code, String s) {}
}
