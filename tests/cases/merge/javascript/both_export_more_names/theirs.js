export { open, reset };
