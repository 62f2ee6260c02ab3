class Box {
  a = 1;
}
