switch (kind) {
  case 1:
    first();
    break;
}
