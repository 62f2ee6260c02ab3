function open() {
  return 1;
}

function close() {
  return 3;
}
