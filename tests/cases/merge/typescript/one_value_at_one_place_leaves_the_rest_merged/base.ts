import { a } from './a';

export enum Kind {
  Start = 1,
  Stop = 2,
}

export function f() {
  a(1);
  return 2;
}
