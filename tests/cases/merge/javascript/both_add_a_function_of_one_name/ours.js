function size() {
  return 3;
}

function open() {
  return 1;
}

function shut() {
  return 2;
}
