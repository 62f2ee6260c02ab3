export { open };
