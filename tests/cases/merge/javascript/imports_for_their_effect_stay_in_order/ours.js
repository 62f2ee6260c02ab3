import './first';
import './second';

open();
