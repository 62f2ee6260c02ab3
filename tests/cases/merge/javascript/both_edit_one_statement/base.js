function open() {
  return first(1);
}
