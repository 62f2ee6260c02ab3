import { a, b } from './a';

export enum Kind {
  Start = 1,
  Stop = 2,
  Skip = 3,
}

export function f() {
  b(1);
  return 2;
}
