function open() {
  return 1;
}

<<<<<<< ours
=======
function close() {
  return 3;
}
>>>>>>> theirs

