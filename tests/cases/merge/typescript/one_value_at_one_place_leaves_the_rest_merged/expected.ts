import { a, b, c } from './a';

export enum Kind {
  Start = 1,
  Stop = 2,
<<<<<<< ours
  Skip = 3,
=======
  Seek = 3,
>>>>>>> theirs
}

export function f() {
  b(1);
  return c(2);
}
