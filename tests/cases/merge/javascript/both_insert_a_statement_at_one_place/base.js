function open() {
  first();
}
