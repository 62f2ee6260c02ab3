export { open, close, reset };
