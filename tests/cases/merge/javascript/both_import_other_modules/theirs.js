import { open } from './box';
import path from 'path';

open();
