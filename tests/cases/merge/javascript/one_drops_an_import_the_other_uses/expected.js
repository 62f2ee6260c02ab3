import { open } from './box';
import { shut } from './lid';

function a() {
  lift();
}

function b() {
  shut();
  open();
}
