package shop

var state int
