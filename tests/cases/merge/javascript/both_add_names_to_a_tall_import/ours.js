import {
  look,
  open,
  shut,
} from './box';

open(shut);
