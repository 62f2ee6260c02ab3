Box.prototype.open = function () {
  return 1;
};

Box.prototype.close = function () {
  return 2;
};

Box.prototype.reset = function () {
  return 3;
};
