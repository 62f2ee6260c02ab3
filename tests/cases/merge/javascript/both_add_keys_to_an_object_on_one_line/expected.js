open({ pear: 1, plum: 2, fig: 3 });
