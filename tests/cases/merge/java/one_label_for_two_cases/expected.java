class C {
  int f(int x) {
    switch (x) {
      case 1:
        return one;
<<<<<<< ours
      case 4:
        return x;
      case 2:
        return two;
      case 3:
        return three;
=======
      case 2:
        return two;
      case 3:
        return three;
      case 4:
        return y;
>>>>>>> theirs
    }
  }
}
