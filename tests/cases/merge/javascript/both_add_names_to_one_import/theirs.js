import { open, reset as again } from './box';

open();
