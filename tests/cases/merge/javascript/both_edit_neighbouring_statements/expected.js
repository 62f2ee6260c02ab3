function open() {
  const a = first(10);
  const b = second(20);
  return a + b;
}
