function open() {
  const a = first(1);
  const b = second(20);
  return a + b;
}
