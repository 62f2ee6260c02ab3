class Box {
  open() {
    return 1;
  }

  set size(value) {
    this._size = value;
  }
}
