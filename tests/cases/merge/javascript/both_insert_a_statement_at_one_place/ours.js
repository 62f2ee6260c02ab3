function open() {
  first();
  second();
}
