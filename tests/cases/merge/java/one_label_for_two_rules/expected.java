class C {
  int f(int x) {
    return switch (x) {
      case 1 -> one;
<<<<<<< ours
      case 4 -> x;
      case 2 -> two;
      case 3 -> three;
=======
      case 2 -> two;
      case 3 -> three;
      case 4 -> y;
>>>>>>> theirs
    };
  }
}
