export function open(a) {
  first(a);
  last(a);
}
