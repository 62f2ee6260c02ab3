class Box {
  a = 1;
  c = this.a;
}
