function open(a) {
  return a;
}
