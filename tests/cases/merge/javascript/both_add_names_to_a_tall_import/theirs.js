import {
  lift,
  open,
  shut,
} from './box';

open(shut);
