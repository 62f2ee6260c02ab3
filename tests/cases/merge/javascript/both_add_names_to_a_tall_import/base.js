import {
  open,
  shut,
} from './box';

open(shut);
