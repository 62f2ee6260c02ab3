package a

var names = map[int]string{
	1: "one",
	2: "two",
	3: "three",
}
