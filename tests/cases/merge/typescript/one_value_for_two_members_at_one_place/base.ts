export enum Kind {
  Start = 1,
  Stop = 2,
}
