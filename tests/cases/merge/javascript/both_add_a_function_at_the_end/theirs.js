function open() {
  return 1;
}

function reset() {
  return 3;
}
