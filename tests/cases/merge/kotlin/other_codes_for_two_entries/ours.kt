enum class E(val code: Int) {
    Start(1),
    Skip(4),
    Stop(2),
    Pause(3),
    ;
}
