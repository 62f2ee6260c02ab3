package a

var names = map[int]string{
	1: "one",
	4: "x",
	2: "two",
	3: "three",
}
