import { shut } from './lid';

function a() {
  lift();
}

function b() {
  shut();
}
