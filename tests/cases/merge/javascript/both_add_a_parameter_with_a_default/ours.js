function open(a, b = 1) {
  return a;
}
