class Box {
  open() {
    return 1;
  }

  close() {
    return 2;
  }
}
