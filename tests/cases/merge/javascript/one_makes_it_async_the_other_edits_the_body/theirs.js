export function open(a) {
  first(a);
  very(a);
}
