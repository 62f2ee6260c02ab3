class Box {
  get size() {
    return this._size;
  }

  open() {
    return 1;
  }
}
