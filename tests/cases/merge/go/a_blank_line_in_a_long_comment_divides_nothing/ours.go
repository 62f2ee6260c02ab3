package shop

/*
Open opens.

It may fail.

Often.
*/
func Open() {
	first()
}
