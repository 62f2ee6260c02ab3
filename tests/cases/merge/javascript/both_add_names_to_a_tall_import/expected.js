import {
  lift,
  look,
  open,
  shut,
} from './box';

open(shut);
