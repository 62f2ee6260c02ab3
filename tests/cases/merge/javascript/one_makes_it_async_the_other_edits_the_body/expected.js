export async function open(a) {
  first(a);
  very(a);
}
