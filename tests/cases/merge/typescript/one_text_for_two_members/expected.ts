export enum Kind {
  Start = 'start',
<<<<<<< ours
  Skip = 'next',
  Stop = 'stop',
  Pause = 'pause',
=======
  Stop = 'stop',
  Pause = 'pause',
  Seek = 'next',
>>>>>>> theirs
}
