import { open } from './box';

open();
