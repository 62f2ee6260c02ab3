switch (kind) {
  case 1:
    first();
    break;
  case 2:
    second();
    break;
}
