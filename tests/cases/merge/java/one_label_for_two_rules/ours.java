class C {
  int f(int x) {
    return switch (x) {
      case 1 -> one;
      case 4 -> x;
      case 2 -> two;
      case 3 -> three;
    };
  }
}
