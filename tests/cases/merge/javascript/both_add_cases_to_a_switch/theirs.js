switch (kind) {
  case 1:
    first();
    break;
  case 3:
    third();
    break;
}
