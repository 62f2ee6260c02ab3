const fs = require('fs');
const url = require('url');

fs.open();
