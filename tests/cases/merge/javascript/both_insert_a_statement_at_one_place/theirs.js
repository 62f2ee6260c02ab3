function open() {
  first();
  third();
}
