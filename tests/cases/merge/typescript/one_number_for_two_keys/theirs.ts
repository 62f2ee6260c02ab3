export const CODES = {
  Start: 1,
  Stop: 2,
  Pause: 3,
  Seek: 4,
} as const;
