function open() {
  const a = first(10);
  const b = second(2);
  return a + b;
}
