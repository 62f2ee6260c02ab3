class Box {
  a = 1;
<<<<<<< ours
  b = this.a;
=======
  c = this.a;
>>>>>>> theirs
}
