<<<<<<< ours
function open(a, b = 1) {
=======
function open(a, c = 2) {
>>>>>>> theirs
  return a;
}
