function open(kind) {
  if (kind === 1) {
    first();
  } else {
    other();
  }
}
