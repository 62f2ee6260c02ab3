export async function open(a) {
  first(a);
  last(a);
}
