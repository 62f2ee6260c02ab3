function open() {
  return 1;
}

function close() {
  return 2;
}

function reset() {
  return 3;
}
