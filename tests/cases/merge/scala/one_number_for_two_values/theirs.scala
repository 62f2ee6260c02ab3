object C {
  val Start = 1
  val Stop = 2
  val Pause = 3
  val Seek = 4
}
