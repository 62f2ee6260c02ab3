export enum Kind {
  Start = 1,
  Stop = 2,
<<<<<<< ours
  Skip = 3,
=======
  Seek = 3,
>>>>>>> theirs
}
