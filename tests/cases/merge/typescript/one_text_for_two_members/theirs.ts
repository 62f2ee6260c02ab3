export enum Kind {
  Start = 'start',
  Stop = 'stop',
  Pause = 'pause',
  Seek = 'next',
}
