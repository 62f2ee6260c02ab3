enum E(val c: Int) {
  case Start extends E(1)
  case Stop extends E(2)
  case Pause extends E(3)
}
