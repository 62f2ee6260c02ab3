import { close, open, reset as again } from './box';

open();
