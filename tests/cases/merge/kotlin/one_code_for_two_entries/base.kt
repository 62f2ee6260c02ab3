enum class E(val code: Int) {
    Start(1),
    Stop(2),
    Pause(3),
    ;
}
