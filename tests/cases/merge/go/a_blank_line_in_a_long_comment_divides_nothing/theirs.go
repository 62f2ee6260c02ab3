package shop

/*
Open opens.

It may fail.
*/
func Open() {
	second()
}
