import { open } from './box';
import fs from 'fs';
import path from 'path';

open();
