export { open, close };
