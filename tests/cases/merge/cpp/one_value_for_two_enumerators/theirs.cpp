enum class E : int {
  Start = 1,
  Stop = 2,
  Pause = 3,
  Seek = 4,
};
