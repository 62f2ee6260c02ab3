struct S {
  static constexpr int Start = 1;
  static constexpr int Skip = 4;
  static constexpr int Stop = 2;
  static constexpr int Pause = 3;
};
