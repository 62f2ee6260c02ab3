open({ pear: 1, plum: 2 });
