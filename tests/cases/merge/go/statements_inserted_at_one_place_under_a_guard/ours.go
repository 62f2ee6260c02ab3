package menu

func Menu(top *Entry) {
	top.Add("open")
	top.Add("save")
}
