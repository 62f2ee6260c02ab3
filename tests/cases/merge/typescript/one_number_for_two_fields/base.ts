class C {
  static readonly Start = 1;
  static readonly Stop = 2;
  static readonly Pause = 3;
}
