import { close, open } from './box';

open();
