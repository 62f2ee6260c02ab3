function open() {
  const a = first(1);
  const b = second(2);
  return a + b;
}
