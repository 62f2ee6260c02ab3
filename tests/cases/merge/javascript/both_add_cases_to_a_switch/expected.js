switch (kind) {
  case 1:
    first();
    break;
<<<<<<< ours
  case 2:
    second();
=======
  case 3:
    third();
>>>>>>> theirs
    break;
}
