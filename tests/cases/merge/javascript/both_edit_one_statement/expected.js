function open() {
<<<<<<< ours
  return first(10);
=======
  return first(20);
>>>>>>> theirs
}
