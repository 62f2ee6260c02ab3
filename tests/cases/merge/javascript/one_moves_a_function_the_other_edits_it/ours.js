function close() {
  return 2;
}

function reset() {
  return 3;
}

function open() {
  return 1;
}
