function open() {
  return 10;
}

function close() {
  return 2;
}

function reset() {
  return 3;
}
