function open() {
  return 1;
}

/** Ends it. */
function close() {
  return 2;
}
