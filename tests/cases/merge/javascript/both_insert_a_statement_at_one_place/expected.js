function open() {
  first();
<<<<<<< ours
  second();
=======
  third();
>>>>>>> theirs
}
