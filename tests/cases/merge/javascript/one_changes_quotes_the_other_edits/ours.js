function open() {
  return say("a\x41", "b") + 1;
}
