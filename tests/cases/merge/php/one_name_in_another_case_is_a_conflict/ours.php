<?php

class Item
{
    public $name;

    public function getPrice()
    {
        return 1;
    }

    public function show()
    {
        echo $this->name;
    }

    public function hide()
    {
        $this->name = null;
    }
}
