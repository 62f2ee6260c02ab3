function open(a, c = 2) {
  return a;
}
