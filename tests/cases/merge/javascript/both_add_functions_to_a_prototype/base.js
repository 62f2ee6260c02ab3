Box.prototype.open = function () {
  return 1;
};
