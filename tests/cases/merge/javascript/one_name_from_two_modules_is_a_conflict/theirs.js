import { open } from './box';
import { size } from './b';

open();
