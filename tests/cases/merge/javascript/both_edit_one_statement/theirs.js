function open() {
  return first(20);
}
