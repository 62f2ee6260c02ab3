class Box {
  get size() {
    return this._size;
  }

  open() {
    return 1;
  }

  set size(value) {
    this._size = value;
  }
}
