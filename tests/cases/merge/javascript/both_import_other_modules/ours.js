import { open } from './box';
import fs from 'fs';

open();
