export enum Kind {
  Start = 'start',
  Skip = 'next',
  Stop = 'stop',
  Pause = 'pause',
}
