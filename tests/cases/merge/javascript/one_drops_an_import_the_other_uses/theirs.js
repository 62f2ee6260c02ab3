import { open } from './box';
import { shut } from './lid';

function a() {
  open();
}

function b() {
  shut();
  open();
}
