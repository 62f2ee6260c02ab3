<?php

class Item
{
    public $name;

    public function show()
    {
        echo $this->name;
    }

    public function hide()
    {
        $this->name = null;
    }
}
