enum E {
    Start(1, "x"),
<<<<<<< ours
    Skip(4, "x"),
    Stop(2, "x"),
    Pause(3, "x"),
=======
    Stop(2, "x"),
    Pause(3, "x"),
    Seek(4, "x"),
>>>>>>> theirs
    ;
    E(int code, String s) {}
}
