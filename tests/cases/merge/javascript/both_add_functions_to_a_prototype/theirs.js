Box.prototype.open = function () {
  return 1;
};

Box.prototype.reset = function () {
  return 3;
};
