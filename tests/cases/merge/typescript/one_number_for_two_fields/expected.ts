class C {
  static readonly Start = 1;
<<<<<<< ours
  static readonly Skip = 4;
  static readonly Stop = 2;
  static readonly Pause = 3;
=======
  static readonly Stop = 2;
  static readonly Pause = 3;
  static readonly Seek = 4;
>>>>>>> theirs
}
