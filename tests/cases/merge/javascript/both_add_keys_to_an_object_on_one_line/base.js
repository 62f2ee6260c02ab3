open({ pear: 1 });
