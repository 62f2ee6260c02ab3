import './first';
import './third';

open();
