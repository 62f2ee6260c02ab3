int f(int x)
{
	switch (x) {
	case 1:
		return one;
<<<<<<< ours
	case 0:
		return x;
	case 2:
		return two;
	case 3:
		return three;
=======
	case 2:
		return two;
	case 3:
		return three;
	case 0:
		return y;
>>>>>>> theirs
	}
}
