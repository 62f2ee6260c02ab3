<<<<<<< ours
function size() {
  return 3;
}
=======
function size() {
  return 4;
}
>>>>>>> theirs

function open() {
  return 1;
}

function shut() {
  return 2;
}
