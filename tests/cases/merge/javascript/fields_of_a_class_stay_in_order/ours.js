class Box {
  a = 1;
  b = this.a;
}
