function open() {
  return first(10);
}
