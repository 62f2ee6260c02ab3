open({ pear: 1, fig: 3 });
