export enum Kind {
  Start = 1,
  Stop = 2,
  Skip = 3,
}
