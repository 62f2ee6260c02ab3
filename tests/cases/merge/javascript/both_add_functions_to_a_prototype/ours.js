Box.prototype.open = function () {
  return 1;
};

Box.prototype.close = function () {
  return 2;
};
