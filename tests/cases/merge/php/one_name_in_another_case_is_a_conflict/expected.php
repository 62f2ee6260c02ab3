<?php

class Item
{
    public $name;

<<<<<<< ours
    public function getPrice()
    {
        return 1;
    }
=======
    public function getprice()
    {
        return 2;
    }
>>>>>>> theirs

    public function show()
    {
        echo $this->name;
    }

    public function hide()
    {
        $this->name = null;
    }
}
