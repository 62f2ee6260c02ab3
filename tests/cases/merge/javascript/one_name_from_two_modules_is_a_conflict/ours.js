import { size } from './a';
import { open } from './box';

open();
