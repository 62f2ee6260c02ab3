import { a, c } from './a';

export enum Kind {
  Start = 1,
  Stop = 2,
  Seek = 3,
}

export function f() {
  a(1);
  return c(2);
}
