const CODES = Object.freeze({
  Start: 1,
  Stop: 2,
  Pause: 3,
});
