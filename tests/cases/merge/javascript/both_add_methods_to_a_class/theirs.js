class Box {
  open() {
    return 1;
  }

  reset() {
    return 3;
  }
}
