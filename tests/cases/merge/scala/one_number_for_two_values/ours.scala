object C {
  val Start = 1
  val Skip = 4
  val Stop = 2
  val Pause = 3
}
