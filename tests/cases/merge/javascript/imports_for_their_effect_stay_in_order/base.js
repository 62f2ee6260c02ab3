import './first';

open();
