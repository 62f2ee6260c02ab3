function open(kind) {
  if (kind === 1) {
    first();
    more();
  } else {
    other();
  }
}
