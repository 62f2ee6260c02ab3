function open() {
  return 1;
}

function shut() {
  return 2;
}

function size() {
  return 4;
}
